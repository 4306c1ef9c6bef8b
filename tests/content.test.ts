// What comes with the page runs, and every kind of event has a scenario that shows it.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVENTS } from '#machine/events.ts';
import { LogReader } from '#machine/log-reader.ts';
import { VIEWING_LIMITS } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { runScenario } from '#scenario/run.ts';
import { supportedRecordings } from './golden-scenarios.ts';

const FOLDER = join(import.meta.dirname, '..', 'content', 'scenarios');
const CONTENT = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.scn'))
  .map((file) => ({ file, text: readFileSync(join(FOLDER, file), 'utf8') }));
const TRANSLATED = CONTENT.filter(({ file }) => file !== basename(file));

/** What a scenario does: its statements without the title. */
const statementsOf = (text: string): string[] =>
  load(text)
    .statements.filter(({ verb }) => verb !== 'title')
    .map((statement) => statement.text);

function logOf(text: string): LogReader {
  const { scenario, problems } = load(text);
  if (!scenario) throw new Error(problems[0]?.message);
  const result = runScenario(scenario, VIEWING_LIMITS);
  if ('problems' in result) throw new Error(result.problems[0]?.message);
  expect(result.notice).toBeNull();
  return new LogReader(result.log);
}

describe('the scenarios that come with the page', () => {
  it.each(CONTENT)('$file runs to its end, and has a title', ({ text }) => {
    const reader = logOf(text);
    expect(reader.stepCount).toBe(load(text).scenario?.steps.length);
    expect(load(text).scenario?.title).not.toBe('');
  });
});

describe('a scenario in another language', () => {
  it.each(TRANSLATED)('$file does the same', ({ file, text }) => {
    const original = CONTENT.find((other) => other.file === basename(file));
    expect(statementsOf(text)).toEqual(statementsOf(original?.text ?? ''));
  });
});

it('every kind of event occurs in some scenario', () => {
  const missing = new Set(EVENTS.map(({ kind }) => kind));
  for (const { text } of [...CONTENT, ...supportedRecordings()]) {
    if (missing.size === 0) break;
    const reader = logOf(text);
    for (let index = 0; index < reader.length; index++) missing.delete(reader.kind(index));
  }
  expect([...missing].map((kind) => EVENTS[kind]?.name)).toEqual([]);
});
