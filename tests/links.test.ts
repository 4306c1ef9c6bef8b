// Links that exist are read for ever, and links that are made are short.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load } from '#scenario/check.ts';
import { decodeMoment, encodeMoment } from '#scenario/link.ts';
import { GOLDEN } from './golden-scenarios.ts';
import { keptLinks } from './kept-links.ts';

const LINKS = keptLinks();

describe('a link that was made once', () => {
  it('is one of many: of both versions of the codec, and written by hand', () => {
    for (const beginning of ['#p1', '#p2', '#t='])
      expect(LINKS.some(({ link }) => link.startsWith(beginning))).toBe(true);
  });

  it.each(LINKS)('opens what it did: $title, step $step, event $offset', ({ link, title, ...place }) => {
    const decoded = decodeMoment(link);
    if ('problem' in decoded) throw new Error(JSON.stringify(decoded.problem));
    const { step, offset, selection, view } = decoded.moment;
    expect({ step, offset, selection, view }).toEqual(place);
    const { scenario, problems } = load(decoded.moment.text);
    expect(problems).toEqual([]);
    expect(scenario?.title).toBe(title);
    expect(scenario?.steps.length).toBeGreaterThan(step);
  });
});

describe('a link that is made', () => {
  const moment = {
    step: 4,
    offset: 17,
    selection: 't3[16]',
    view: 'lmemory-xw-p',
    engine: '0.1',
    hash: '3fa09c21',
  };
  const lengthOf = (text: string): number =>
    encodeMoment({ ...moment, text, stops: '', notes: '', search: '' }).length;
  const texts = readdirSync(join(GOLDEN, 'kvm-amd'))
    .filter((file) => file.endsWith('.scn'))
    .map((file) => readFileSync(join(GOLDEN, 'kvm-amd', file), 'utf8'));
  const linesOf = (text: string): number => text.trimEnd().split('\n').length;

  it('of a typical scenario of 25 lines has at most 300 characters', () => {
    const lengths = texts.filter((text) => linesOf(text) >= 20 && linesOf(text) <= 30).map(lengthOf);
    expect(lengths.length).toBeGreaterThan(20);
    const median = lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)];
    expect(median).toBeLessThanOrEqual(300);
  });

  it('of one of 200 lines has at most 2,000', () => {
    const [longest = ''] = texts.sort((a, b) => linesOf(b) - linesOf(a));
    const steps = longest.split('\n').filter((line) => /^(read|write|exec|invlpg)/.test(line));
    expect(steps.length).toBeGreaterThan(10);
    let text = longest;
    // The longest one recorded, gone on with: the same steps on other pages.
    for (let i = 0; linesOf(text) < 200; i++)
      text += `${(steps[i % steps.length] ?? '').replace(/0x[0-9a-f]+/, (gva) => `0x${(Number(gva) + i * 0x1000).toString(16)}`)}\n`;
    expect(linesOf(text)).toBe(200);
    expect(lengthOf(text)).toBeLessThanOrEqual(2000);
  });
});
