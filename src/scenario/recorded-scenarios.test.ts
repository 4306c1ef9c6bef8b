import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { load } from './check.ts';
import { parse } from './parse.ts';
import { print } from './print.ts';

const GOLDEN = new URL('../../golden/', import.meta.url);

/** Every recorded scenario: its name and text. */
const SCENARIOS = readdirSync(GOLDEN, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.scn'))
  .sort()
  .map((file) => [file, readFileSync(new URL(file, GOLDEN), 'utf8')] as const);

test('there are recorded scenarios', () => {
  expect(SCENARIOS.length).toBeGreaterThan(100);
});

describe.each(SCENARIOS)('%s', (file, text) => {
  test('is understood, and taken unless it needs what cannot be run yet', () => {
    expect(parse(text).problems).toEqual([]);
    const { scenario, problems } = load(text);
    for (const { message } of problems) expect(message).toMatch(/ is not supported yet \(/);
    expect(scenario === null).toBe(problems.length > 0);
  });

  test('is the same after printing', () => {
    const { statements } = parse(text);
    const again = parse(print(statements)).statements;
    expect(
      again.map((statement) => statement.words.map(({ role, name, text: word }) => [role, name, word])),
    ).toEqual(
      statements.map((statement) => statement.words.map(({ role, name, text: word }) => [role, name, word])),
    );
  });

  test('has the steps of its trace, word for word', () => {
    const { scenario } = load(text);
    if (scenario === null) return;
    const trace = readFileSync(new URL(file.replace(/\.scn$/, '.trace'), GOLDEN), 'utf8');
    const headings = trace.split('\n').filter((line) => /^== [0-9]/.test(line));
    expect(scenario.steps.map((step, index) => `== ${index + 1} ${step.text}`)).toEqual(headings);
  });
});
