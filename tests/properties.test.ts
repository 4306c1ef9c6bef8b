// Whatever a person writes, opens or pastes, a run ends in a log or in words about what is wrong, never in an exception: for
// recorded scenarios changed by chance, for random bytes, and for runs that want more than they may have.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAtlas } from '#hypervisor/read-atlas.ts';
import { EVENT, OUTCOME } from '#machine/events.ts';
import { LogReader } from '#machine/log-reader.ts';
import { DEFAULT_LIMITS, type MachineLimits } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { type RunResult, startRun } from '#scenario/run.ts';
import type { Problem } from '#scenario/scenario.ts';
import { Names } from '#trace/names.ts';
import { canonicalTrace, eventLine } from '#trace/print.ts';
import { supportedRecordings } from './golden-scenarios.ts';

const SMALL: MachineLimits = { steps: 120, events: 20_000, memory: 48 };
const RUNS = { seed: 20_261, numRuns: 400 };
const TEXTS = supportedRecordings().map(({ text }) => text);
const WORDS = [...new Set(TEXTS.flatMap((text) => text.split(/[\s=|+]+/)))].sort();
const NUMBERS = [
  '0',
  '1',
  '0xfff',
  '0x1000',
  '4K',
  '0xffffffff',
  '0x100000000',
  '0x7fffffffffff',
  '0x8000000000000000',
];

/** Runs a text as the worker does, and looks at all that a page would show of it. Returns what came of it. */
function openText(text: string, limits = SMALL): { problems: readonly Problem[] } | RunResult {
  const { scenario, problems } = load(text);
  if (!scenario) return { problems };
  const started = startRun(scenario, limits);
  if ('problems' in started) return started;
  const { run } = started;
  while (run.step()) expect(run.progress.done).toBeLessThanOrEqual(limits.steps);
  const result = run.finish();
  const reader = new LogReader(result.log);
  const names = new Names(reader);
  for (let index = 0; index < reader.length; index++) eventLine(reader, names, index);
  canonicalTrace(reader, names, result.tables);
  readAtlas(run.words);
  return result;
}

/** One change of a scenario's text. */
interface Edit {
  readonly kind: 'drop' | 'double' | 'swap' | 'word' | 'number' | 'character' | 'cut';
  readonly line: number;
  readonly place: number;
  readonly word: string;
  readonly number: string;
  readonly character: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(
    'drop',
    'double',
    'swap',
    'word',
    'word',
    'number',
    'number',
    'number',
    'character',
    'cut',
  ),
  line: fc.nat(1000),
  place: fc.nat(50),
  word: fc.constantFrom(...WORDS),
  number: fc.oneof(
    fc.constantFrom(...NUMBERS),
    fc.bigInt(0n, (1n << 64n) - 1n).map((value) => `0x${value.toString(16)}`),
    fc.nat(64).map((page) => `0x${(page * 4096).toString(16)}`),
  ),
  character: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
});

function apply(text: string, { kind, line: at, place, word, number, character }: Edit): string {
  const lines = text.split('\n');
  const index = at % lines.length;
  const line = lines[index] as string;
  const words = line.split(' ');
  const replaceWord = (by: string): string => words.with(place % words.length, by).join(' ');
  switch (kind) {
    case 'drop':
      return lines.toSpliced(index, 1).join('\n');
    case 'double':
      return lines.toSpliced(index, 0, line).join('\n');
    case 'swap':
      return lines
        .with(index, lines[place % lines.length] as string)
        .with(place % lines.length, line)
        .join('\n');
    case 'word':
      return lines.with(index, replaceWord(word)).join('\n');
    case 'number':
      return lines.with(index, line.replace(/0x[0-9a-f]+|\b[0-9]+[KMG]?\b/, number)).join('\n');
    case 'character':
      return lines.with(index, line.slice(0, place) + character + line.slice(place + 1)).join('\n');
    case 'cut':
      return lines.slice(0, index + 1).join('\n');
  }
}

describe('a recorded scenario, changed by chance,', () => {
  it('is run, or told to be wrong', { timeout: 60_000 }, () => {
    let run = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...TEXTS),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (text, edits) => {
          const result = openText(edits.reduce(apply, text));
          if ('problems' in result) expect(result.problems.length).toBeGreaterThan(0);
          else run++;
        },
      ),
      RUNS,
    );
    // Changes that only ever break the text would test the parser alone.
    expect(run).toBeGreaterThan(RUNS.numRuns / 5);
  });

  it('is run, or told to be wrong, when only its steps and numbers change', { timeout: 60_000 }, () => {
    const small = edit.filter(({ kind }) => kind === 'number' || kind === 'swap' || kind === 'double');
    fc.assert(
      fc.property(
        fc.constantFrom(...TEXTS),
        fc.array(small, { minLength: 1, maxLength: 6 }),
        (text, edits) => {
          openText(edits.reduce(apply, text));
        },
      ),
      { ...RUNS, seed: 4711 },
    );
  });
});

describe('random input', () => {
  it('of bytes is told to be wrong', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const result = openText(new TextDecoder().decode(bytes));
        expect('problems' in result && result.problems.length).toBeTruthy();
      }),
      RUNS,
    );
  });

  it('of the language’s own words is run, or told to be wrong', () => {
    const line = fc.array(fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...NUMBERS)), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        openText(['scenario 1', 'slot 0 gpa=0 size=4M', ...lines.map((words) => words.join(' '))].join('\n'));
      }),
      RUNS,
    );
  });
});

/** Under KVM, in a guest that maps its first 256 pages one by one. */
const guest = (steps: readonly string[], machine = 'kvm mmu=shadow tlb=off'): string =>
  [
    'scenario 1',
    `machine ${machine}`,
    'slot 0 gpa=0 size=4M',
    'space s pool=0x200000',
    ...Array.from({ length: 256 }, (_, i) => `map s ${i * 4096} ${i * 4096} p|w|u`),
    ...steps,
  ].join('\n');

const noticeOf = (text: string, limits: Partial<MachineLimits>): string | null => {
  const result = openText(text, { ...DEFAULT_LIMITS, ...limits });
  if ('problems' in result) return result.problems[0]?.message ?? '';
  return result.notice?.message ?? null;
};

describe('a run that wants too much', () => {
  const READS = Array.from({ length: 256 }, (_, i) => `read ${i * 4096}`);

  it('of steps stops, and says how many there are', () => {
    expect(noticeOf(guest(READS), { steps: 10 })).toBe(
      'Stopped in step 11 of 256: the run needs at least 256 steps, 246 more than the 10 that it may use.',
    );
    expect(noticeOf(guest(READS), { steps: 256 })).toBeNull();
  });

  it.each([1, 7, 100, 1000])('of events stops at the %ith, and says so', (events) => {
    const result = openText(guest(READS), { ...DEFAULT_LIMITS, events });
    if ('problems' in result) throw new Error(result.problems[0]?.message);
    expect(result.log.eventCount).toBe(events);
    expect(result.notice?.message).toMatch(
      new RegExp(`^Stopped in step [0-9]+ of 256: .* ${events + 1} events, 1 more than the ${events} `),
    );
  });

  it('of events beyond one chunk of the log stops exactly there too', () => {
    const text = guest(Array.from({ length: 9000 }, () => 'read 0x1000'));
    const result = openText(text, { ...DEFAULT_LIMITS, events: 70_000 });
    if ('problems' in result) throw new Error(result.problems[0]?.message);
    const needed = openText(text, DEFAULT_LIMITS);
    if ('problems' in needed) throw new Error(needed.problems[0]?.message);
    expect(result.log.eventCount).toBe(Math.min(70_000, needed.log.eventCount));
    expect(result.notice === null).toBe(needed.log.eventCount <= 70_000);
  });

  it('of memory at the start is told so', () => {
    expect(noticeOf(guest(['read 0']).replace('size=4M', 'size=4G'), { memory: 4 })).toMatch(
      /MiB of memory, [0-9]+ more than the 4 that it may use/,
    );
  });

  it('of memory on the way stops, and says how much', () => {
    expect(noticeOf(guest(READS), { memory: 1 })).toMatch(
      /^Stopped in step [0-9]+ of 256: the run needs at least 2 MiB of memory, 1 more than the 1 that it may use\.$/,
    );
  });

  it('keeps a log that can be read to its end', () => {
    const result = openText(guest(READS), { ...DEFAULT_LIMITS, events: 50 });
    if ('problems' in result) throw new Error(result.problems[0]?.message);
    const reader = new LogReader(result.log);
    expect(reader.stepEnd(reader.stepCount - 1)).toBe(50);
    for (let step = 0; step < reader.stepCount; step++)
      expect(reader.kind(reader.stepStart(step))).toBe(EVENT.step);
  });
});

describe('a guest that cannot go on', () => {
  const lastOutcome = (text: string): string => {
    const result = openText(text, DEFAULT_LIMITS);
    if ('problems' in result) throw new Error(result.problems[0]?.message);
    const reader = new LogReader(result.log);
    const index = reader.find(reader.length, -1, (at) => reader.kind(at) === EVENT.outcome);
    return eventLine(reader, new Names(reader), index);
  };

  it('because its instructions lie where no memory is, ends in a message', () => {
    const text = guest(['map s 0x3000000 0x90000000 p|w|u', 'read 0x1000']);
    expect(lastOutcome(text.replace('space s', 'stub gva=0x3000000 gpa=0x3000\nspace s'))).toMatch(
      /^-- (internal suberror=1|shutdown)/,
    );
  });

  it('because its tables lie where no memory is, is dead, and so are the steps after', () => {
    const text = guest(['cr3 0x80000000', 'read 0x1000']);
    const result = openText(text, DEFAULT_LIMITS);
    if ('problems' in result) throw new Error(result.problems[0]?.message);
    const reader = new LogReader(result.log);
    const outcomes = Array.from({ length: reader.length }, (_, index) => index)
      .filter((index) => reader.kind(index) === EVENT.outcome)
      .map((index) => reader.payload(index, 0));
    expect(outcomes).toEqual([OUTCOME.shutdown, OUTCOME.notRun]);
  });
});
