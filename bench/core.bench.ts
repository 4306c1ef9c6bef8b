// How fast the engine is: events and seeks (walks: walk.bench.ts; accesses and faults: rates.bench.ts). Each is measured in the same process, in rounds, beside the least
// that the same machine could do for it; the ratio is what can be compared between machines. Figures are medians.
import { measure } from 'mitata';
import { EVENT, EVENT_WORDS } from '#machine/events.ts';
import { CHUNK_RECORDS, LogWriter } from '#machine/log.ts';
import { LogReader, Replay } from '#machine/log-reader.ts';
import { DEFAULT_LIMITS, wordsInUse } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { type RunResult, startRun } from '#scenario/run.ts';
import { goal, inTurns, report } from './measure.ts';

/** A guest that writes so many pages, `spacing` bytes apart, each for the first time, and then all again and again. */
function guestText(pages: number, rewrites: number, spacing: number): string {
  const numbers = [...Array(pages).keys()];
  const writes = numbers.map((i) => `write ${0x4000_0000 + ((i * 8 + (i >>> 6)) % pages) * spacing} 1`);
  return [
    'scenario 1',
    'machine kvm mmu=shadow tlb=off',
    'slot 0 gpa=0 size=64M',
    'space s pool=0x100000',
    ...numbers.map((i) => `map s ${0x4000_0000 + i * spacing} ${0x100_0000 + i * 4096} p|w|u|a|d`),
    ...Array.from({ length: rewrites + 1 }, () => writes).flat(),
  ].join('\n');
}

function runOf(text: string): RunResult {
  const { scenario, problems } = load(text);
  if (!scenario) throw new Error(problems[0]?.message);
  const started = startRun(scenario, { ...DEFAULT_LIMITS, events: 16_000_000 });
  if ('problems' in started) throw new Error(started.problems[0]?.message);
  while (started.run.step()) {
    // Each call does one step.
  }
  const result = started.run.finish();
  if (result.notice !== null) throw new Error(result.notice.message);
  return result;
}

async function events(): Promise<void> {
  const log = new LogWriter(Number.MAX_SAFE_INTEGER);
  const ring = new Int32Array(CHUNK_RECORDS * EVENT_WORDS);
  let at = 0;
  const [ours, least] = await inTurns(
    () => {
      if (log.eventCount === CHUNK_RECORDS) log.begin();
      log.emit(EVENT.memory, 1, 2, 3, 4, 5, 6, 7);
    },
    () => {
      if (at === ring.length) at = 0;
      for (let word = 0; word < EVENT_WORDS; word++) ring[at + word] = word;
      at += EVENT_WORDS;
    },
  );
  report('event', ours, 'nine stores into a ring', least);
}

async function seeks(): Promise<void> {
  // Each page has a table of its own, more than KVM may shadow at once: every write faults, and zaps what is oldest.
  const reader = new LogReader(runOf(guestText(1500, 7, 0x20_0000)).log);
  const replay = new Replay(reader);
  replay.seek(reader.length - 1);
  const copied = wordsInUse(replay.words);
  console.log(
    `\na log of ${reader.length.toLocaleString('en')} events, ${reader.data.changeCount.toLocaleString('en')} changed words: ` +
      `${(((reader.length * EVENT_WORDS + reader.data.changeCount * 3) * 4) / reader.length).toFixed(0)} bytes an event`,
  );
  let index = 0;
  const [step, copy] = await inTurns(
    () => {
      index = (index + 1) % reader.length;
      return replay.seek(index);
    },
    () => copied.slice(),
  );
  let seed = 1;
  const anywhere = await measure(() => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    replay.seek(seed % reader.length);
  });
  report('seek to the next event', step, 'a copy of the machine', copy);
  report('seek anywhere, median', anywhere.p50, 'a copy of the machine', copy);
  report('seek anywhere, 99th of 100', anywhere.p99, 'a copy of the machine', copy);
  goal('a seek anywhere, 99th of 100', anywhere.p99, 33e6, (ns) => `${(ns / 1e6).toFixed(1)} ms`);
}

await events();
await seeks();
