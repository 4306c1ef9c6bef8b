// Page walks beside the same walks in C. One process after the other, in rounds; of each the fastest pass counts, which other work
// on the machine disturbs least, and of the rounds' ratios the median.
import { type Measured, measureBy, median, mustAgree, withWalksInC } from './walk-c.mjs';
import { MILLISECONDS, measureWalks, PAGES } from './walk-pass.ts';
import { MODES, type ModeName } from './walk-tables.ts';

const ROUNDS = 7;
/** The argument that makes this file a measured process: after it a mode, and whether references are recorded. */
const CHILD = 'walks-of';

const ours = (name: ModeName, traced = false): Measured =>
  measureBy(process.execPath, [import.meta.filename, CHILD, name, String(traced)]);

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
      mustAgree(name, c, mine);
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

const [, , argument, mode, traced] = process.argv;
if (argument === CHILD) console.log(JSON.stringify(measureWalks(mode as ModeName, traced === 'true')));
else
  await withWalksInC((programs) => {
    for (const name of MODES) compare(name, programs);
    compareTraced();
  });
