/**
 * What the attempt to mend a fault without the lock came to: which right came back, or which condition failed
 * (Linux 6.1: mmu/mmu.c fast_page_fault).
 */
import { PF } from '#arch/fault.ts';
import { frameOfAddress } from '#arch/paging-mode.ts';
import { hypervisorEntryKind, leafState, savedRights } from '#hypervisor/entry-bits.ts';
import { code, type Value } from '#ui/words/text.ts';
import { guestPhysical, type Source, word } from './source.ts';
import { slotOf } from './spte-reason.ts';

export type Mending =
  | { readonly why: 'spurious' | 'forbidden' | 'not-executable' | 'large' }
  /** `isLogged`: the dirty log had taken W; else it had stayed away since KVM looked for uses. */
  | { readonly why: 'write'; readonly isLogged: boolean }
  /** The rights that were kept aside while the entry waited for its next use. */
  | { readonly why: 'use'; readonly rights: Value; readonly isWrite: boolean }
  /** Without A bits any fault where no rights are is tried: it could be such a wait. */
  | { readonly why: 'absent'; readonly isTriedInVain: boolean };

const FIXED = 1 << 25;
const SPURIOUS = 1 << 24;

function mended(source: Source): Mending {
  const { format } = source.atlas.nested ?? { format: 'x86' as const };
  const [old, now] = [word(source, 4), word(source, 6)];
  if (!leafState(format, old).isAccessTracked) {
    const gfn = frameOfAddress(word(source, 0), word(source, 1)) >>> 0;
    return { why: 'write', isLogged: slotOf(source.atlas, gfn)?.dirtyLog ?? false };
  }
  return { why: 'use', rights: code(savedRights(old)), isWrite: leafState(format, now).isWritable };
}

function failed(source: Source): Mending {
  const { format } = source.atlas.nested ?? { format: 'x86' as const };
  const old = word(source, 4);
  if (hypervisorEntryKind(format, 1, old) !== 'leaf')
    return { why: 'absent', isTriedInVain: format === 'ept-noad' };
  if (word(source, 2) & PF.fetch) return { why: 'not-executable' };
  return { why: leafState(format, old).isMmuWritable ? 'large' : 'forbidden' };
}

export function mendingFacts(source: Source): { readonly gpa: Value; readonly outcome: Mending } {
  const meta = word(source, 2);
  const gpa = guestPhysical(source, 0);
  if (meta & FIXED) return { gpa, outcome: mended(source) };
  return { gpa, outcome: meta & SPURIOUS ? { why: 'spurious' } : failed(source) };
}
