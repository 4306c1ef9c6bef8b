// Page walks beside the same walks in C (walk.c, compiled here if there is a compiler). One process after the other, in rounds; of
// each the fastest pass counts, which other work on the machine disturbs least, and of the rounds' ratios the median.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linearWalkOf } from '#arch/linear-walk.ts';
import { nestedWalk } from '#arch/nested-walk.ts';
import { newWalkResult } from '#arch/walk-request.ts';
import { WALK_WORDS, type WalkTrace } from '#arch/walk-trace.ts';
import { BenchTables, MODES, type ModeName } from './walk-tables.ts';

const ROUNDS = 7;
const PAGES = 16_384;
const MILLISECONDS = 700;
/** The argument that makes this file a measured process: after it a mode, and whether references are recorded. */
const CHILD = 'walks-of';

/** What one process measured: nanoseconds a walk in the fastest pass, and what shows that the walks are the same. */
interface Measured {
  readonly ns: number;
  readonly sum: number;
  readonly a: number;
  readonly d: number;
}

/** Keeps the last references, and begins again when it is full. */
class RingTrace implements WalkTrace {
  readonly records = new Int32Array(2 ** 16 + WALK_WORDS);
  used = 0;

  beforeStore(): void {}

  /** Between two walks. */
  turn(): void {
    if (this.used > 2 ** 16) this.used = 0;
  }
}

type Pass = () => number;

/** One pass over the stream. Returns the sum of what it found. */
function passOf(name: ModeName, tables: BenchTables, trace: RingTrace | null): Pass {
  const stream = tables.stream();
  const { roots } = tables;
  const result = newWalkResult();
  const sumOf = (walks: number, faults: number): number => walks * 16 + faults;
  if (name === '4x4') {
    const request = { ...tables.nestedRequest(), trace };
    return () => {
      let sum = 0;
      let faults = 0;
      for (let i = 0, at = 0; at < stream.length; i++, at += 2) {
        const word = stream[at + 1] as number;
        if (nestedWalk(request, roots, stream[at] as number, word & ~0xfff, word & 0xfff, result))
          sum += result.frame ^ (i & 0xff);
        else faults++;
        if (trace !== null) trace.turn();
      }
      return sumOf(sum, faults);
    };
  }
  const request = tables.request();
  const walk = linearWalkOf(request, true);
  return () => {
    let sum = 0;
    let faults = 0;
    for (let i = 0, at = 0; at < stream.length; i++, at += 2) {
      const word = stream[at + 1] as number;
      if (walk(request, roots, stream[at] as number, word & ~0xfff, word & 0xfff, result))
        sum += result.frame ^ (i & 0xff);
      else faults++;
    }
    return sumOf(sum, faults);
  };
}

/** Measures in this process. */
function measureHere(name: ModeName, traced: boolean): Measured {
  const tables = new BenchTables(name, PAGES);
  const pass = passOf(name, tables, traced ? new RingTrace() : null);
  let ns = Number.POSITIVE_INFINITY;
  let sum = 0;
  const end = performance.now() + MILLISECONDS;
  while (performance.now() < end) {
    tables.clearFlags();
    const start = performance.now();
    sum = pass();
    ns = Math.min(ns, ((performance.now() - start) * 1e6) / PAGES);
  }
  return { ns, sum, ...tables.flags() };
}

/** Runs a program that prints what it measured. */
function measureBy(command: string, args: readonly string[]): Measured {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout) as Measured;
}

const ours = (name: ModeName, traced = false): Measured =>
  measureBy(process.execPath, [import.meta.filename, CHILD, name, String(traced)]);

/** Compiles walk.c with the first compiler that there is. Null without one. */
function compileC(folder: string, name: string, options: readonly string[]): string | null {
  const program = join(folder, name);
  const source = join(process.cwd(), 'bench', 'walk.c');
  for (const compiler of ['cc', 'gcc', 'clang']) {
    const { status } = spawnSync(compiler, ['-O3', '-march=native', ...options, '-o', program, source]);
    if (status === 0) return program;
  }
  return null;
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] as number;

function print(what: string, ns: number, ratios: readonly string[]): void {
  console.log(`${what.padEnd(34)} ${ns.toFixed(1).padStart(7)} ns   ${ratios.join('   ')}`);
}

/** Rounds of one mode: ours, and the C programs beside it. Prints the medians. */
function compare(name: ModeName, programs: { readonly rules: string; readonly bare: string } | null): void {
  const times: Record<'ours' | 'rules' | 'bare', number[]> = { ours: [], rules: [], bare: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const mine = ours(name);
    times.ours.push(mine.ns);
    if (!programs) continue;
    for (const kind of ['rules', 'bare'] as const) {
      const c = measureBy(programs[kind], [name, String(PAGES), String(MILLISECONDS)]);
      if (c.sum !== mine.sum || c.a !== mine.a || c.d !== mine.d)
        throw new Error(`${name}: C found ${JSON.stringify(c)}, we ${JSON.stringify(mine)}`);
      times[kind].push(c.ns);
    }
  }
  const against = (kind: 'rules' | 'bare'): string =>
    median(times[kind].map((ns, round) => ns / (times.ours[round] as number))).toFixed(2);
  const aim = name === '4x4' ? 0.75 : 0.5;
  print(
    name === '4x4'
      ? 'walk in two dimensions, 4 × 4'
      : `walk, ${name}${/\d$/.test(name) && name !== '32' ? ' levels' : ''}`,
    median(times.ours),
    programs
      ? [`${against('rules')} × C with the same rules (aim ${aim})`, `${against('bare')} × C with the fewest`]
      : [],
  );
}

function compareTraced(): void {
  const rounds = Array.from({ length: ROUNDS }, () => [ours('4x4', true).ns, ours('4x4').ns] as const);
  const ratio = median(rounds.map(([traced, silent]) => traced / silent));
  print('the same, every reference recorded', median(rounds.map(([traced]) => traced)), [
    `${ratio.toFixed(2)} × its time without (aim at most 1.8)`,
  ]);
}

function run(): void {
  const folder = mkdtempSync(join(tmpdir(), 'penumbra-walk-'));
  try {
    const rules = compileC(folder, 'rules', []);
    const bare = compileC(folder, 'bare', ['-DBARE']);
    if (!rules || !bare) console.log('no C compiler: walks are not compared with C');
    for (const name of MODES) compare(name, rules && bare ? { rules, bare } : null);
    compareTraced();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [, , argument, mode, traced] = process.argv;
if (argument === CHILD) console.log(JSON.stringify(measureHere(mode as ModeName, traced === 'true')));
else run();
