/**
 * Whether a guest can see what its processors remember. One that flushes what the manuals ask for must not: each step comes to the same
 * with any TLB as with none, and the tables and the dirty logs are the same in the end.
 */
import { EVENT, OUTCOME } from '#machine/events.ts';
import { LogReader } from '#machine/log-reader.ts';
import { DEFAULT_LIMITS } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { startRun } from '#scenario/run.ts';
import { outcomeText } from '#trace/print.ts';
import { framesOf } from './guest-oracle.ts';
import type { RandomScenario } from './random-scenarios.ts';
import { staleEntries } from './tlb-invariants.ts';

/** Processors that remember in different ways: words of `machine` for `tlb=off`. */
export const TLBS = {
  usual: '',
  'without pointers': 'psc=off',
  tiny: 'tlb-entries=1 tlb-ways=1 tlb-large=1 tlb-nested=1 psc-pde=1 psc-pdpte=1 psc-pml4e=1',
  'pointers alone': 'tlb-entries=1 tlb-ways=1 tlb-large=0 tlb-nested=0 psc-pde=64 psc-pdpte=64 psc-pml4e=64',
  'one set, in pieces': 'tlb-entries=64 tlb-ways=64 tlb-large=0',
  untagged: 'vpid=0 flushbyasid=off asids=2',
} as const;

/** Guest frames of the tables (random-scenarios.ts). */
const FIRST_TABLE = 0x100;
const LAST_TABLE = 0x17f;
/** Most stale entries that are told of one run. */
const MOST = 3;
const LIMITS = { ...DEFAULT_LIMITS, events: 500_000 };

/** What a guest and a host see of a run: a line for each step, then the tables. */
interface Seen {
  readonly lines: readonly string[];
  readonly stale: readonly string[];
  /** References of the processor's walks. */
  readonly references: number;
}

function see(text: string): Seen {
  const { scenario, problems } = load(text);
  if (!scenario) throw new Error(problems.map(({ span, message }) => `${span.line}: ${message}`).join('\n'));
  const started = startRun(scenario, LIMITS);
  if ('problems' in started) throw new Error(started.problems[0]?.message);
  const { run } = started;
  const stale: string[] = [];
  for (let step = 1; run.step(); step++)
    stale.push(...staleEntries(run.words, scenario).map((what) => `after step ${step}: ${what}`));
  const { log, tables } = run.finish();
  const reader = new LogReader(log);
  const lines: string[] = [];
  let references = 0;
  for (let index = 0; index < reader.length; index++) {
    const kind = reader.kind(index);
    if (kind === EVENT.reference) references++;
    else if (kind === EVENT.mmio) lines.push('mmio');
    else if (kind === EVENT.outcome)
      lines.push(`${scenario.steps[reader.stepOf(index)]?.text}: ${outcomeOf(reader, index)}`);
  }
  for (const { gpa, hi, lo } of tables ?? []) lines.push(`${gpa.toString(16)} = ${hi >>> 0} ${lo >>> 0}`);
  return { lines, stale, references };
}

/**
 * What a step came to. A dirty log is compared without the guest's tables: a walk that sets flags there, or may, is a write for the log,
 * and what is remembered need not be walked.
 */
function outcomeOf(reader: LogReader, index: number): string {
  if (reader.payload(index, 0) !== OUTCOME.dirty) return outcomeText(reader, index);
  return framesOf(reader.text(reader.payload(index, 5)))
    .filter((gfn) => gfn < FIRST_TABLE || gfn > LAST_TABLE)
    .join();
}

/** A bare machine has no nested tables and no tags that there would be words for. */
const withTlb = (text: string, tlb: string): string =>
  text.replace(
    'tlb=off',
    /^machine bare/m.test(text) ? tlb.replace(/(tlb-nested|vpid|flushbyasid|asids)=\S+/g, '') : tlb,
  );

/** How a careful guest's run differs where processors remember something, in words; null if it does not. */
export function differenceOf({ seed, text }: RandomScenario, tlbs: readonly string[]): string | null {
  const expected = see(text);
  for (const tlb of tlbs) {
    const { lines, stale, references } = see(withTlb(text, tlb));
    const at = lines.findIndex((line, i) => line !== expected.lines[i]);
    const told = [
      ...stale.slice(0, MOST),
      ...(at >= 0 ? [`${lines[at]}, without a TLB ${expected.lines[at]}`] : []),
      ...(lines.length < expected.lines.length ? [`ends after ${lines.length} lines`] : []),
      ...(references > expected.references
        ? [`${references} references, ${expected.references} without`]
        : []),
    ];
    if (told.length > 0) return [`seed ${seed}, ${tlb}`, ...told, text].join('\n');
  }
  return null;
}

const edited = ({ seed, text }: RandomScenario, edit: (line: string) => string | null): RandomScenario => ({
  seed,
  text: text
    .split('\n')
    .flatMap((line) => edit(line) ?? [])
    .join('\n'),
});

/** The same scenario without a hypervisor, and without what needs one. */
export const onBareMachine = (scenario: RandomScenario): RandomScenario =>
  edited(scenario, (line) => {
    if (line.startsWith('machine ')) return line.replace(/kvm mmu=\S+/, 'bare');
    return /^(host|stub) /.test(line) ? null : line;
  });

/** The same scenario with a guest that flushes nothing. */
export const withoutFlushes = (scenario: RandomScenario): RandomScenario =>
  edited(scenario, (line) => (/\b(invlpg|invpcid)\b/.test(line) ? null : line));
