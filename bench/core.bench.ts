// How fast the engine is: walks, shadow faults, events, seeks. Each is measured in the same process, in rounds, beside the least
// that the same machine could do for it; the ratio is what can be compared between machines. Figures are medians.
import { measure } from 'mitata';
import { PTE, reservedMasks } from '#arch/entry.ts';
import { CR0, CR4, EFER, pagingMode } from '#arch/paging-mode.ts';
import { newWalkResult, type Tables, type WalkRequest, walk } from '#arch/walk.ts';
import { EVENT, EVENT_WORDS } from '#machine/events.ts';
import { CHUNK_RECORDS, LogWriter } from '#machine/log.ts';
import { LogReader, Replay, wordsInUse } from '#machine/log-reader.ts';
import { DEFAULT_LIMITS } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { type RunResult, startRun } from '#scenario/run.ts';
import { goal, inTurns, report } from './measure.ts';

// Walks: 4-level tables that map PAGES pages, in dense frames of 1,024 words.
const PAGES = 16_384;
const FRAME = 1024;

function buildTables(): Int32Array {
  const tables = 3 + PAGES / 512;
  const words = new Int32Array((tables + 1) * FRAME);
  const set = (table: number, index: number, frame: number): void => {
    words[table * FRAME + index * 2] = frame;
    words[table * FRAME + index * 2 + 1] = PTE.present | PTE.write | PTE.user | PTE.accessed | PTE.dirty;
  };
  set(1, 0, 2);
  set(2, 0, 3);
  for (let page = 0; page < PAGES; page++) {
    set(3, page >>> 9, 4 + (page >>> 9));
    set(4 + (page >>> 9), page & 511, page);
  }
  return words;
}

/** The least that a walk is: four loads and tests, unrolled. */
function bareWalk(words: Int32Array, hi: number, lo: number): number {
  let place = FRAME + ((hi >>> 7) & 511) * 2;
  let flags = words[place + 1] as number;
  place = ((words[place] as number) << 10) + (((hi << 2) | (lo >>> 30)) & 511) * 2;
  flags &= words[place + 1] as number;
  place = ((words[place] as number) << 10) + ((lo >>> 21) & 511) * 2;
  flags &= words[place + 1] as number;
  place = ((words[place] as number) << 10) + ((lo >>> 12) & 511) * 2;
  flags &= words[place + 1] as number;
  return flags & PTE.present ? (words[place] as number) : -1;
}

function tablesOf(words: Int32Array): Tables {
  return {
    frame: 0,
    flags: 0,
    read(table, index) {
      this.frame = words[table * FRAME + index * 2] as number;
      this.flags = words[table * FRAME + index * 2 + 1] as number;
      return true;
    },
    setFlags(table, index, _bytes, bits) {
      const place = table * FRAME + index * 2 + 1;
      words[place] = (words[place] as number) | bits;
    },
  };
}

async function walks(): Promise<void> {
  const words = buildTables();
  const mode = pagingMode(CR0.PE | CR0.PG | CR0.WP, CR4.PAE, EFER.LME | EFER.LMA | EFER.NXE);
  const reserved = reservedMasks(mode, { maxphyaddr: 40, amd: true, gigabytePages: true, pse36Bits: 8 });
  const tables = tablesOf(words);
  const request: WalkRequest = {
    mode,
    reserved,
    earlyA: false,
    tables,
    pdptes: null,
    cache: null,
    listener: () => {},
  };
  const result = newWalkResult();
  // Pages in an order that no prefetcher knows: a full cycle of a linear congruence.
  let page = 0;
  const next = (): number => {
    page = (page * 5 + 12_345) % PAGES;
    return page << 12;
  };
  const [ours, least] = await inTurns(
    () => walk(request, 1, 0, next(), 0, false, result).frame,
    () => bareWalk(words, 0, next()),
  );
  report('walk, 4 levels', ours, 'four bare loads', least);
}

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

await walks();
await events();
await seeks();
