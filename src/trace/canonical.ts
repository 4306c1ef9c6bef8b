/**
 * Which events a canonical trace has: steps, outcomes, MMIO exits and the kernel's tracepoints, without the walks that KVM's
 * emulator makes to fetch an instruction (they depend on the processor's decode assists, not on the MMU).
 */
import { EVENT } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';

const WALK_KINDS: readonly number[] = [
  EVENT.kvm_mmu_paging_element,
  EVENT.kvm_mmu_set_accessed_bit,
  EVENT.kvm_mmu_set_dirty_bit,
];

/** A test to be asked of every event in order: false for the walks of the emulator's instruction fetches. */
export function dropsEmulatorFetch(reader: LogReader): (index: number) => boolean {
  let dropping = false;
  return (index) => {
    const spec = reader.spec(index);
    if (spec.family !== 'tracepoint') return true;
    if (spec.kind === EVENT.kvm_mmu_pagetable_walk) dropping = reader.payload(index, 3) !== 0;
    else dropping = dropping && WALK_KINDS.includes(spec.kind);
    return !dropping;
  };
}

/** Whether events of a family and kind are in a canonical trace at all. */
export function isCanonical(reader: LogReader, index: number): boolean {
  const kind = reader.kind(index);
  if (kind === EVENT.step || kind === EVENT.outcome || kind === EVENT.mmio) return true;
  return reader.spec(index).family === 'tracepoint';
}
