/**
 * What must hold of KVM's structures whenever a vCPU is about to run, read from the machine's words alone. Nothing here is KVM's
 * code: KVM keeps these by what it does, and would corrupt the guest if one broke.
 */
import { activePages } from './active_pages.ts';
import { hash } from './hash.ts';
import { largePageBars } from './large_page_bars.ts';
import { leaves } from './leaves.ts';
import { parents } from './parents.ts';
import { removedMarks } from './removed_marks.ts';
import { reverseMap } from './reverse_map.ts';
import { roots } from './roots.ts';
import { type Rule, structuresOf } from './structures.ts';
import { unsync } from './unsync.ts';
import { writeProtection } from './write_protection.ts';
import { writeTracking } from './write_tracking.ts';

const RULES: readonly Rule[] = [
  hash,
  leaves,
  reverseMap,
  parents,
  writeProtection,
  unsync,
  activePages,
  writeTracking,
  largePageBars,
  roots,
  removedMarks,
];

/** Every invariant that does not hold, in words. Empty where all do. */
export function brokenInvariants(words: Int32Array): string[] {
  const structures = structuresOf(words);
  const broken: string[] = [];
  for (const rule of RULES) rule(structures, (what) => broken.push(what));
  return broken;
}
