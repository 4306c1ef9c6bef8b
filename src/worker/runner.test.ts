import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import type { LogData } from '#machine/log.ts';
import { LogReader } from '#machine/log-reader.ts';
import type { FromWorker } from './messages.ts';
import { Runner } from './runner.ts';

const GOLDEN = new URL('../../golden/', import.meta.url);
const SCENARIO = readFileSync(new URL('kvm-amd/shadow-first-touch.scn', GOLDEN), 'utf8');
const LIMITS = { steps: 500, events: 50_000, memory: 64 };

/** A scenario of so many reads. */
const long = (steps: number): string => `${SCENARIO}\n${'read 0x10000\n'.repeat(steps)}`;

/** A runner whose messages are transferred as a worker's are: what was sent cannot be used here any more. */
function runner(limits = LIMITS) {
  const sent: FromWorker[] = [];
  return {
    sent,
    runner: new Runner((message, transfer) => sent.push(structuredClone(message, { transfer })), limits),
  };
}

const bytesOf = (array: Int32Array): Uint8Array => new Uint8Array(array.buffer);

describe('a run', () => {
  it('is answered by its log', async () => {
    const { sent, runner: one } = runner();
    await one.handle({ type: 'run', id: 7, text: SCENARIO });
    expect(sent).toMatchObject([{ type: 'log', id: 7, notice: null }]);
    const reader = new LogReader((sent[0] as Extract<FromWorker, { type: 'log' }>).data);
    expect(reader.stepCount).toBeGreaterThan(0);
    expect(reader.kind(0)).toBe(EVENT.step);
  });

  it('is answered by what is wrong with the text', async () => {
    const { sent, runner: one } = runner();
    await one.handle({ type: 'run', id: 1, text: 'scenario 1\nraed 0x10' });
    expect(sent).toMatchObject([{ type: 'problems', id: 1, problems: [{ span: { line: 2 } }] }]);
  });

  it('is answered by what cannot be set up', async () => {
    const { sent, runner: one } = runner();
    await one.handle({ type: 'run', id: 1, text: 'scenario 1\nspace s pool=0x100000\nread 0' });
    expect(sent).toMatchObject([{ type: 'problems', id: 1 }]);
  });

  it('can be made again after its buffers were handed over', async () => {
    const { sent, runner: one } = runner();
    await one.handle({ type: 'run', id: 1, text: SCENARIO });
    await one.handle({ type: 'run', id: 2, text: SCENARIO });
    const [first, second] = sent as Extract<FromWorker, { type: 'log' }>[];
    const arrays = ({ data }: { data: LogData }) => [...data.events, ...data.changes, data.steps, data.base];
    if (!first || !second) throw new Error('there are not two logs');
    expect(arrays(second).length).toBe(arrays(first).length);
    arrays(first).forEach((array, i) => {
      const other = arrays(second)[i] as Int32Array;
      expect(Buffer.compare(bytesOf(array), bytesOf(other))).toBe(0);
    });
  });

  it('that is cancelled says nothing, and the next one does', async () => {
    const { sent, runner: one } = runner({ ...LIMITS, steps: 20_000, events: 4_000_000 });
    const running = one.handle({ type: 'run', id: 1, text: long(15_000) });
    await one.handle({ type: 'cancel', id: 1 });
    await Promise.all([running, one.handle({ type: 'run', id: 2, text: SCENARIO })]);
    expect(sent.map(({ type, id }) => [type, id])).toEqual([['log', 2]]);
  });

  it('ends where another begins', async () => {
    const { sent, runner: one } = runner({ ...LIMITS, steps: 20_000, events: 4_000_000 });
    await Promise.all([1, 2, 3].map((id) => one.handle({ type: 'run', id, text: long(15_000) })));
    expect(sent.map(({ id }) => id)).toEqual([3]);
  });

  it('goes on when another one is cancelled', async () => {
    const { sent, runner: one } = runner({ ...LIMITS, steps: 20_000, events: 4_000_000 });
    const running = one.handle({ type: 'run', id: 1, text: long(5000) });
    await one.handle({ type: 'cancel', id: 99 });
    await running;
    expect(sent).toMatchObject([{ type: 'log', id: 1, notice: null }]);
  });
});

describe('a limit', () => {
  it.each([
    ['steps', { ...LIMITS, steps: 3 }, /^Stopped in step 4 of 5: .* 5 steps, 2 more than the 3 /],
    ['events', { ...LIMITS, events: 20 }, /^Stopped in step 1 of .*21 events, 1 more than the 20 /],
  ])('on %s is told, and how far it was passed', async (_, limits, notice) => {
    const { sent, runner: one } = runner(limits);
    await one.handle({ type: 'run', id: 1, text: long(0) });
    expect(sent).toMatchObject([{ type: 'log', notice: { message: expect.stringMatching(notice) } }]);
  });

  it('is divided between runs that are kept beside each other', async () => {
    const { sent, runner: one } = runner({ ...LIMITS, events: 60 });
    await one.handle({ type: 'run', id: 1, text: long(0), share: 3 });
    expect(sent).toMatchObject([
      { type: 'log', notice: { message: expect.stringMatching(/21 events, 1 more than the 20 /) } },
    ]);
  });

  it('on memory is told where the machine cannot be made', async () => {
    const { sent, runner: one } = runner({ ...LIMITS, memory: 1 });
    await one.handle({ type: 'run', id: 1, text: SCENARIO.replace('size=4M', 'size=1G') });
    expect(sent).toMatchObject([
      {
        type: 'problems',
        problems: [{ message: expect.stringMatching(/ MiB of memory, .* more than the 1 /) }],
      },
    ]);
  });
});

describe('the handler', () => {
  it('answers any text, and the next one as if nothing had been', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
        const { sent, runner: one } = runner();
        await one.handle({ type: 'run', id: 1, text });
        await one.handle({ type: 'run', id: 2, text: SCENARIO });
        expect(sent.map(({ type, id }) => [type, id])).toEqual([
          [expect.stringMatching(/^(log|problems)$/), 1],
          ['log', 2],
        ]);
      }),
      { seed: 1, numRuns: 30 },
    );
  });
});
