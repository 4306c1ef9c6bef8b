/**
 * Which events a canonical trace has: steps, outcomes, MMIO exits and the kernel's tracepoints, without the walks that KVM's
 * emulator makes to fetch an instruction (they depend on the processor's decode assists, not on the MMU).
 */
import { PF } from '#arch/fault.ts';
import { EVENT } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';

const WALK_KINDS: readonly number[] = [
  EVENT.kvm_mmu_paging_element,
  EVENT.kvm_mmu_set_accessed_bit,
  EVENT.kvm_mmu_set_dirty_bit,
  EVENT.kvm_mmu_walker_error,
];

/**
 * A test to be asked of every event in order: false for the walks of emulator fetches. Such a walk has the fetch bit, and the
 * tracepoint before it is no page fault.
 */
export function dropsEmulatorFetch(reader: LogReader): (index: number) => boolean {
  let previous = -1;
  let dropping = false;
  return (index) => {
    const spec = reader.spec(index);
    if (spec.family !== 'tracepoint') return true;
    const begun = FAULT_KINDS.includes(previous);
    previous = spec.kind;
    if (spec.kind === EVENT.kvm_mmu_pagetable_walk) {
      dropping = (reader.word(index, 4) & PF.fetch) !== 0 && !begun;
      return !dropping;
    }
    dropping = dropping && WALK_KINDS.includes(spec.kind);
    return !dropping;
  };
}

/** After these, a walk belongs to a fault: its own event, or the check of a stale MMIO entry on the way. */
const FAULT_KINDS: readonly number[] = [EVENT.kvm_page_fault, EVENT.check_mmio_spte];

/** Whether events of a family and kind are in a canonical trace at all. */
export function isCanonical(reader: LogReader, index: number): boolean {
  const kind = reader.kind(index);
  if (kind === EVENT.step || kind === EVENT.outcome || kind === EVENT.mmio) return true;
  return reader.spec(index).family === 'tracepoint';
}
