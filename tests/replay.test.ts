// The log runs forwards and backwards. Of every recording that can be run: the machine at an event is the machine that ran,
// going back undoes what going forward did, and it makes no difference which way, or from which copy, an event is reached.
import { describe, expect, it } from 'vitest';
import { LogReader, Replay } from '#machine/log-reader.ts';
import { wordsInUse } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { startRun } from '#scenario/run.ts';
import { firstNames, recording, supportedRecordings } from './golden-scenarios.ts';

const NO_COPIES = Number.MAX_SAFE_INTEGER;
/** Small enough that the shortest runs keep several copies. */
const OFTEN = 100;
const SEEKS = 24;
/** Of a long run, this many steps are compared with copies that were made while it ran. */
const SAMPLED_STEPS = 6;

/** A finished run, and the machine's words after some of its steps, copied while it ran. */
interface Recorded {
  readonly reader: LogReader;
  readonly afterStep: ReadonlyMap<number, Int32Array>;
}

/** Runs a scenario, copying the machine after the steps that are picked. */
function record(text: string, isSampled: (step: number, steps: number) => boolean): Recorded {
  const { scenario } = load(text);
  if (!scenario) throw new Error('the scenario is not understood');
  const started = startRun(scenario);
  if ('problems' in started) throw new Error(started.problems[0]?.message);
  const { run } = started;
  const afterStep = new Map<number, Int32Array>();
  const steps = scenario.steps.length;
  for (let step = 0; run.step(); step++)
    if (isSampled(step, steps)) afterStep.set(step, wordsInUse(run.words).slice());
  return { reader: new LogReader(run.finish().log), afterStep };
}

const bytesOf = (words: Int32Array): Uint8Array =>
  new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

/** The first place at which two machines differ; null if they are the same. What lies beyond the shorter one must be zero. */
function differsAt(one: Int32Array, other: Int32Array): number | null {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (Buffer.compare(bytesOf(short), bytesOf(long.subarray(0, short.length))) !== 0)
    return short.findIndex((word, place) => word !== long[place]);
  const rest = long.subarray(short.length).findIndex((word) => word !== 0);
  return rest < 0 ? null : short.length + rest;
}

/** Numbers below `count`, always the same ones. */
function scattered(count: number, howMany: number): number[] {
  return Array.from({ length: howMany }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 0).map(
    (word) => word % count,
  );
}

describe.each(firstNames())('%s', (name) => {
  const { reader, afterStep } = record(recording(name).text, () => true);
  const forward = new Replay(reader, NO_COPIES);
  const copies = Array.from({ length: reader.length }, (_, index) => wordsInUse(forward.seek(index)).slice());

  it('is, after every step, the machine that ran', () => {
    expect(afterStep.size).toBe(reader.stepCount);
    for (const [step, words] of afterStep) {
      const copy = copies[reader.stepEnd(step) - 1] as Int32Array;
      expect(differsAt(copy, words), `after step ${step + 1}`).toBeNull();
    }
  });

  it('is the same at every event on the way back, and at the start what it was', () => {
    for (let index = reader.length - 1; index >= 0; index--)
      expect(differsAt(forward.seek(index), copies[index] as Int32Array), `at event ${index}`).toBeNull();
    expect(differsAt(forward.seek(-1), reader.data.base)).toBeNull();
  });

  it('is the same at every event from the nearest copy', () => {
    const jumping = new Replay(reader, OFTEN);
    jumping.seek(reader.length - 1);
    for (const index of scattered(reader.length, reader.length))
      expect(differsAt(jumping.seek(index), copies[index] as Int32Array), `at event ${index}`).toBeNull();
  });
});

it.each(supportedRecordings())('$name is the machine that ran, from wherever it is reached', ({ text }) => {
  const { reader, afterStep } = record(text, (step, steps) => {
    const every = Math.ceil(steps / SAMPLED_STEPS);
    return step % every === 0 || step === steps - 1;
  });
  const forward = new Replay(reader, NO_COPIES);
  const jumping = new Replay(reader, OFTEN);
  for (const [step, words] of afterStep) {
    const index = reader.stepEnd(step) - 1;
    expect(differsAt(forward.seek(index), words), `after step ${step + 1}`).toBeNull();
    expect(differsAt(jumping.seek(index), words), `after step ${step + 1}, by copies`).toBeNull();
  }
  for (const index of scattered(reader.length, SEEKS))
    expect(differsAt(jumping.seek(index), forward.seek(index)), `at event ${index}`).toBeNull();
  expect(differsAt(forward.seek(-1), reader.data.base), 'back at the start').toBeNull();
});

describe('the comparison of machines', () => {
  it('finds the place that differs', () => {
    expect(differsAt(Int32Array.of(1, 2, 3), Int32Array.of(1, 9, 3))).toBe(1);
    expect(differsAt(Int32Array.of(1, 2), Int32Array.of(1, 2, 0, 4))).toBe(3);
    expect(differsAt(Int32Array.of(1, 2), Int32Array.of(1, 2, 0))).toBeNull();
  });
});
