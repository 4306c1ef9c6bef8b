// Whether the core keeps the rates that it should: faults, accesses without one, what recording costs, what a log takes, and whether
// any of it grows. Each part runs in a process of its own, so that none is compiled for the others too; parts that are compared take turns.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { measure } from 'mitata';
import { PTE } from '#arch/entry.ts';
import { pagingFormat } from '#arch/entry-format.ts';
import { linearWalkOf } from '#arch/linear-walk.ts';
import { CR0, CR4, EFER, pagingMode } from '#arch/paging-mode.ts';
import { newWalkResult, type Roots, type WalkRequest } from '#arch/walk-request.ts';
import { EVENT, EVENT_WORDS } from '#machine/events.ts';
import { HostTables } from '#machine/host-tables.ts';
import { CHUNK_RECORDS, LogWriter } from '#machine/log.ts';
import { LogReader, Replay } from '#machine/log-reader.ts';
import { WalkEvents } from '#machine/walk-events.ts';
import { DEFAULT_LIMITS, FRAME, FRAME_SHIFT, Machine } from '#machine/words.ts';
import { goal, median, ROUNDS } from './measure.ts';
import { Storm } from './storm.ts';
import { walksInTwoDimensions } from './two-dimensions.ts';

const FAULTS = 10_000;
const ACCESSES = 100_000;
const WARM_UP = 3;

/** Nanoseconds of one, as medians over blocks. */
interface StormTimes {
  readonly fault: number;
  readonly access: number;
}

function storm(calls = false): StormTimes {
  const wind = new Storm(FAULTS, 1, ACCESSES / FAULTS);
  const times: [number[], number[]] = [[], []];
  for (let run = 0; run < WARM_UP + ROUNDS; run++) {
    wind.start(calls);
    const faults = wind.pass();
    const accesses = Array.from({ length: ACCESSES / FAULTS }, () => wind.pass()).flat();
    if (run < WARM_UP) continue;
    times[0].push(...faults);
    times[1].push(...accesses);
  }
  return { fault: median(times[0]), access: median(times[1]) };
}

/** The same with a log that keeps nothing. */
function silentStorm(): StormTimes {
  Object.assign(LogWriter.prototype, { emit: () => {}, change: () => {} });
  return storm();
}

/** A walk in two dimensions that nobody is told of, and one in one dimension of which every reference is recorded. */
async function walks(): Promise<{ two: number; recorded: number }> {
  const two = (await measure(walksInTwoDimensions())).p50;
  return { two, recorded: (await measure(recordedWalks())).p50 };
}

function recordedWalks(pages = 4096): () => number {
  const m = new Machine({ ...DEFAULT_LIMITS, events: Number.MAX_SAFE_INTEGER });
  const [root, pointers, directory] = [1, 1, 1].map((count) => m.allocateFrames(count, FRAME.table));
  const put = (table: number, index: number, frame: number): void => {
    const place = (table << FRAME_SHIFT) + index * 2;
    m.set(place, frame);
    m.set(place + 1, PTE.present | PTE.write | PTE.user | PTE.accessed | PTE.dirty);
  };
  put(root as number, 0, pointers as number);
  put(pointers as number, 0, directory as number);
  const first = m.allocateFrames(pages / 512, FRAME.table);
  for (let page = 0; page < pages; page++) {
    put(directory as number, page >>> 9, first + (page >>> 9));
    put(first + (page >>> 9), page & 511, page);
  }
  const mode = pagingMode(CR0.PE | CR0.PG | CR0.WP, CR4.PAE, EFER.LME | EFER.LMA | EFER.NXE);
  const trace = new WalkEvents(m, true);
  const request: WalkRequest = {
    memory: new HostTables(m),
    mode,
    guest: pagingFormat(mode, { maxphyaddr: 40, amd: true, gigabytePages: true, pse36Bits: 8 }),
    nested: null,
    earlyA: false,
    trace,
    caches: null,
  };
  const roots: Roots = { guest: root as number, pdptes: 0, firstPointer: 0, nested: 0 };
  const walk = linearWalkOf(request, false);
  const result = newWalkResult();
  let page = 0;
  return () => {
    if (m.log.eventCount > CHUNK_RECORDS - 8) m.log.begin();
    page = (page * 5 + 12_345) % pages;
    walk(request, roots, 0, page << 12, 0, result);
    trace.emit();
    return result.frame;
  };
}

/** A long storm: figures of its first and of its last part, nanoseconds, and what the log took meanwhile. */
interface Growth {
  readonly fault: Ends;
  /** A step along the log; the slowest of 100 too. */
  readonly seek: Ends;
  readonly slowSeek: number;
  readonly events: number;
  /** Bytes. */
  readonly heap: number;
  readonly log: number;
}

interface Ends {
  readonly early: number;
  readonly late: number;
}

function longStorm(): Growth {
  const passes = 28;
  const wind = new Storm(FAULTS, passes);
  for (let run = 0; run < 2; run++) {
    wind.start();
    wind.pass();
    wind.pass();
  }
  wind.start();
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const times: number[][] = [];
  for (let pass = 0; pass < passes; pass++) {
    times.push(wind.pass());
    wind.pass();
    wind.forget();
  }
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed - before;
  const data = wind.log();
  const quarter = passes / 4;
  const replay = new Replay(new LogReader(data));
  const early = seeks(replay, 100_000);
  const late = seeks(replay, data.eventCount - 100_000);
  return {
    fault: { early: median(times.slice(0, quarter).flat()), late: median(times.slice(-quarter).flat()) },
    seek: { early: median(early), late: median(late) },
    slowSeek: late.toSorted((a, b) => a - b)[Math.floor(late.length * 0.99)] as number,
    events: data.eventCount,
    heap,
    log: (data.eventCount * EVENT_WORDS + data.changeCount * 3) * 4,
  };
}

/** Nanoseconds of steps along the log, forwards and back, from an event on. */
function seeks(replay: Replay, from: number): number[] {
  const times: number[] = [];
  for (let round = 0; round < 10; round++) {
    replay.seek(from);
    for (let i = 1; i <= 4000; i++) {
      const start = performance.now();
      replay.seek(from + (i < 2000 ? i : 4000 - i));
      times.push((performance.now() - start) * 1e6);
    }
  }
  return times;
}

/** Nanoseconds of an event in the first and in the last million of a log of ten. */
function emission(): Ends {
  const millions = (): number[] => {
    const log = new LogWriter(Number.MAX_SAFE_INTEGER);
    return Array.from({ length: 10 }, () => {
      const start = performance.now();
      for (let i = 0; i < 1_000_000; i++) log.emit(EVENT.memory, i, 2, 3, 4, 5, 6, 7);
      return performance.now() - start;
    });
  };
  millions();
  const rounds = Array.from({ length: ROUNDS }, millions);
  return {
    early: median(rounds.map((times) => times[0] as number)),
    late: median(rounds.map((times) => times.at(-1) as number)),
  };
}

const PARTS = {
  storm,
  silentStorm,
  stormWithCalls: () => storm(true),
  walks,
  longStorm,
  emission,
} as const;
type Part = keyof typeof PARTS;
type Result<Name extends Part> = Awaited<ReturnType<(typeof PARTS)[Name]>>;

/** Runs a part in a process of its own. */
function result<Name extends Part>(part: Name): Result<Name> {
  const file = fileURLToPath(import.meta.url);
  const child = spawnSync(process.execPath, ['--expose-gc', file], {
    env: { ...process.env, PENUMBRA_BENCH_PART: part },
    encoding: 'utf8',
    maxBuffer: 1 << 20,
  });
  if (child.status !== 0) throw new Error(`${part}: ${child.stderr}`);
  return JSON.parse(child.stdout) as Result<Name>;
}

const line = (what: string, ns: number, ...ratios: readonly (readonly [number, string])[]): void => {
  const compared = ratios.map(([least, name]) => `${(ns / least).toFixed(1)}× ${name}`).join(', ');
  console.log(`${what.padEnd(60)} ${ns.toFixed(0).padStart(6)} ns   ${compared}`);
};

function compare(): void {
  const rounds = Array.from({ length: ROUNDS }, () => ({
    recorded: result('storm'),
    silent: result('silentStorm'),
    walks: result('walks'),
  }));
  const of = (pick: (round: (typeof rounds)[number]) => number): number => median(rounds.map(pick));
  const two = of(({ walks }) => walks.two);
  const recordedWalk = of(({ walks }) => walks.recorded);
  const access = of(({ recorded }) => recorded.access);
  const fault = of(({ recorded }) => recorded.fault) - access;
  line('walk in two dimensions, nobody told', two);
  line('walk of four levels, every reference recorded', recordedWalk);
  line(`${ACCESSES.toLocaleString('en')} accesses to warm tables, each`, access, [
    recordedWalk,
    'the recorded walk',
  ]);
  line(`${FAULTS.toLocaleString('en')} faults, each beside its access`, fault, [
    two,
    'the walk in two dimensions',
  ]);
  goal('a fault beside the walk in two dimensions', fault / two, 6);
  goal(
    'a faulting step beside the same with the log off',
    of(({ recorded, silent }) => recorded.fault / silent.fault),
    2,
  );
  goal(
    'an access beside the same with the log off',
    of(({ recorded, silent }) => recorded.access / silent.access),
    2,
  );
  const { fault: withCalls, access: accessWithCalls } = result('stormWithCalls');
  line('a fault, each call of a function recorded too', withCalls - accessWithCalls, [fault, 'the fault']);
}

function growth(): void {
  const { events, fault, seek, slowSeek, heap, log } = result('longStorm');
  const event = result('emission');
  console.log(`\na storm of ${events.toLocaleString('en')} events`);
  line('an event, the first million (in memory new to the process)', event.early);
  goal('the tenth million', event.late / event.early, 1.25);
  line('a faulting step, early', fault.early);
  goal('a late one', fault.late / fault.early, 1.25);
  line('a step along the log, near its beginning', seek.early);
  goal('near its end', seek.late / seek.early, 1.25);
  goal('the slowest of 100', slowSeek / 1000, 50, (us) => `${us.toFixed(1)} µs`);
  goal('bytes of an event', EVENT_WORDS * 4, 36, (bytes) => bytes.toFixed(0));
  goal('bytes of the heap an event', Math.max(0, heap) / events, 0.1, (bytes) => bytes.toFixed(2));
  console.log(`  with the words that changed, ${(log / events).toFixed(0)} bytes of log an event`);
}

const part = process.env.PENUMBRA_BENCH_PART as Part | undefined;
if (part) console.log(JSON.stringify(await PARTS[part]()));
else {
  compare();
  growth();
}
