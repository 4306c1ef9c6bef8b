import { describe, expect, it } from 'vitest';
import type { EVENT } from '#machine/events.ts';
import { STATEMENTS, statementName } from '#scenario/statements.ts';
import { FACTS } from '#ui/sentence/facts.ts';
import { en, type Words } from './en.ts';
import type { EventWords } from './event-words.ts';
import { zh } from './zh.ts';

/** Every text of a catalogue by its path, functions as such. */
function texts(value: object, path = ''): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [key, item] of Object.entries(value)) {
    const here = path === '' ? key : `${path}.${key}`;
    if (typeof item === 'object' && item !== null)
      for (const [inner, text] of texts(item, here)) found.set(inner, text);
    else found.set(here, item);
  }
  return found;
}

const HAN = /[一-鿿]/;

/** Texts that are the same in both languages: names, and units. */
const SAME = new Set([
  'product',
  'memory.marks.huge',
  'memory.marks.gigantic',
  'figures.labels.npt',
  'figures.labels.ept',
  'walk.grid.cr3',
]);

describe('the catalogues', () => {
  it('have the same keys', () => {
    expect([...texts(zh).keys()].sort()).toEqual([...texts(en).keys()].sort());
  });

  it('are each in their own language', () => {
    const strings = (words: object) => [...texts(words)].filter(([, text]) => typeof text === 'string');
    const inEnglish = strings(en).filter(([, text]) => HAN.test(String(text)) || text === '');
    const notInChinese = strings(zh).filter(([, text]) => !HAN.test(String(text)));
    expect(inEnglish).toEqual([]);
    expect(notInChinese.map(([key]) => key).filter((key) => !SAME.has(key))).toEqual([]);
  });

  it('say what every statement does, and what stands in its places', () => {
    for (const { verb, where, arguments: words, keys, flags } of STATEMENTS) {
      const name = statementName(verb, where === 'host');
      expect(zh.statements.help(name), name).toMatch(/^.*[一-鿿].*。$/);
      for (const place of [...words, ...keys, ...flags])
        expect(zh.statements.place(name, place.name), `${name} ${place.name}`).not.toBe('');
    }
  });
});

// These are checked by the compiler: an error that it does not find is an error.
describe('a gap does not compile', () => {
  it('of a text', () => {
    const { product: _, ...others } = zh;
    // @ts-expect-error the name of the product is missing
    const words: Words = others;
    expect(words.product).toBeUndefined();
  });

  it('of a text within a subject', () => {
    const { dismiss: _, ...others } = zh.messages;
    // @ts-expect-error a message is missing
    const words: Words = { ...zh, messages: others };
    expect(words.messages.dismiss).toBeUndefined();
  });

  it('of an event’s sentence', () => {
    const { step: _, ...others } = zh.events;
    // @ts-expect-error the sentence about a step is missing
    const events: EventWords = others;
    expect(events.step).toBeUndefined();
  });

  it('of the facts about a kind of event', () => {
    // @ts-expect-error a kind that the table has besides these would have no facts
    const facts: Record<keyof typeof EVENT | 'another', unknown> = FACTS;
    expect(facts).toBe(FACTS);
  });

  it('of a function’s sentence', () => {
    const { make_spte: _, ...others } = zh.functions;
    // @ts-expect-error a function has no sentence
    const functions: Words['functions'] = others;
    expect(functions.make_spte).toBeUndefined();
  });

  it('of a message', () => {
    const { 'in-no-slot': _, ...others } = zh.problems;
    // @ts-expect-error a message is missing
    const problems: Words['problems'] = others;
    expect(problems['in-no-slot']).toBeUndefined();
  });
});
