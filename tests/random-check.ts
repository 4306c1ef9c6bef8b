/** Runs a random scenario and collects what is wrong with it: in KVM's structures or the TLBs after each step, or in what the guest saw. */
import { brokenInvariants } from '#hypervisor/kvm/invariants/broken_invariants.ts';
import { LogReader } from '#machine/log-reader.ts';
import { DEFAULT_LIMITS } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { startRun } from '#scenario/run.ts';
import { impossibleObservations } from './guest-oracle.ts';
import type { RandomScenario } from './random-scenarios.ts';
import { staleEntries } from './tlb-invariants.ts';

/** Most problems that are told of one scenario. */
const MOST = 5;
/** A guest that has damaged its own instructions may fault for ever: such a run is checked up to where it is stopped. */
const LIMITS = { ...DEFAULT_LIMITS, events: 500_000 };

/** What is wrong with a run, with the scenario up to there; null if nothing is. */
export function wrongWith({ seed, text }: RandomScenario): string | null {
  const { scenario, problems } = load(text);
  if (!scenario)
    return `seed ${seed}: ${problems.map(({ span, message }) => `${span.line}: ${message}`).join('\n')}`;
  const started = startRun(scenario, LIMITS);
  if ('problems' in started) return `seed ${seed}: ${started.problems[0]?.message}`;
  const { run } = started;
  const found: string[] = [];
  for (let step = 1; found.length === 0 && run.step(); step++)
    found.push(
      ...[...brokenInvariants(run.words), ...staleEntries(run.words, scenario)].map(
        (what) => `after step ${step}, ${scenario.steps[step - 1]?.text}: ${what}`,
      ),
    );
  found.push(...impossibleObservations(scenario, new LogReader(run.finish().log)));
  return found.length === 0 ? null : [`seed ${seed}`, ...found.slice(0, MOST), text].join('\n');
}
