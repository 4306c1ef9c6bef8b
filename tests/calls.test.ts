// The log's calls are those that a real kernel made: for every recorded call tree, ours is the same, but for a short list of
// functions that the model leaves out (call-tree.ts says why of each).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FUNCTIONS } from '#hypervisor/functions.ts';
import { EVENT } from '#machine/events.ts';
import { LogReader } from '#machine/log-reader.ts';
import { DEFAULT_LIMITS, VIEWING_LIMITS } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { runScenario } from '#scenario/run.ts';
import { Names } from '#trace/names.ts';
import { canonicalTrace } from '#trace/print.ts';
import { LEFT_OUT, loggedTree, recordedTree } from './call-tree.ts';
import { difference, GOLDEN, recording, supportedRecordings } from './golden-scenarios.ts';

const FOLDER = join(GOLDEN, 'kvm-amd');
const RECORDED = readdirSync(FOLDER)
  .filter((file) => /^(shadow|tdp|legacy)-.*\.calls$/.test(file))
  .map((file) => file.replace(/\.calls$/, ''))
  .sort();
const callsOf = (name: string): string => readFileSync(join(FOLDER, `${name}.calls`), 'utf8');

function run(text: string, limits = VIEWING_LIMITS) {
  const { scenario, problems } = load(text);
  if (!scenario) throw new Error(problems[0]?.message);
  const result = runScenario(scenario, limits);
  if ('problems' in result) throw new Error(result.problems[0]?.message);
  const reader = new LogReader(result.log);
  return { reader, names: new Names(reader), tables: result.tables };
}

describe('recorded call trees', () => {
  const results = RECORDED.map((name) => {
    const { reader, names } = run(recording(`kvm-amd/${name}`).text);
    return { name, ours: loggedTree(reader, names), theirs: recordedTree(callsOf(name)) };
  });
  const lines = results.map(({ theirs }) => theirs.length).reduce((sum, count) => sum + count, 0);
  const matched = results
    .filter(({ ours, theirs }) => ours.join('\n') === theirs.join('\n'))
    .reduce((sum, { theirs }) => sum + theirs.length, 0);
  console.log(
    `${matched} of ${lines} lines of ${results.length} recorded call trees are in trees that match`,
  );

  it.each(results)('$name', ({ ours, theirs }) => {
    const found = difference(ours.join('\n'), theirs.join('\n'));
    expect(found, found ?? '').toBeNull();
  });

  it('have everything that is said to be left out', () => {
    const text = RECORDED.map(callsOf).join('\n');
    for (const name of Object.keys(LEFT_OUT)) expect(text).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

describe('calls', () => {
  const first = recording('kvm-amd/shadow-first-touch');

  it('are not in the log unless they are asked for', () => {
    const { reader } = run(first.text, DEFAULT_LIMITS);
    expect(reader.find(-1, 1, (index) => reader.spec(index).family === 'call')).toBe(-1);
  });

  it('change nothing else', () => {
    const { reader, names, tables } = run(first.text);
    expect(canonicalTrace(reader, names, tables)).toBe(first.trace);
  });

  it.each(supportedRecordings())('of $name are closed when a step ends', ({ text }) => {
    const { reader } = run(text);
    const open: number[] = [];
    const isSound = (index: number): boolean => {
      const kind = reader.kind(index);
      const name = reader.payload(index, 0);
      if (kind === EVENT.return && open.pop() !== name) return false;
      const sound = reader.depth(index) === open.length && (kind !== EVENT.step || open.length === 0);
      if (kind === EVENT.call) open.push(name);
      return sound;
    };
    expect(reader.find(-1, 1, (index) => !isSound(index))).toBe(-1);
    expect(open).toEqual([]);
  });
});

describe('the table of functions', () => {
  const folder = join(import.meta.dirname, '../src/hypervisor/kvm');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');

  it('has no row that nothing in the source bears the name of', () => {
    const base = (name: string): string => name.replace(/^(paging64|paging32|svm|vmx)_/, '');
    const unused = Object.keys(FUNCTIONS).filter(
      (name) => ![name, base(name)].some((word) => sources.includes(`'${word}'`)),
    );
    expect(unused).toEqual([]);
  });

  it('says where each function is, and what it does in a whole sentence', () => {
    for (const [name, { file, sentence }] of Object.entries(FUNCTIONS)) {
      expect(file, name).toMatch(/^(arch\/x86\/kvm|virt\/kvm)\/.*\.[ch]$/);
      expect(sentence, name).toMatch(/^[A-Z].*[.?]$|^[A-Z].*\)\.$/);
    }
  });
});
