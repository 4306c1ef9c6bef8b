/** Where the records of shadow pages come from, with the tables that belong to them, and where they go to be used again. */
import { traceTableFree } from '#hypervisor/kvm/mmutrace.ts';
import { KVM, type Kvm, SP } from '#hypervisor/kvm/structs.ts';
import { FRAME } from '#machine/words.ts';

/**
 * A zeroed kvm_mmu_page with a zeroed table and a serial number of its own: one that was freed, or a new one.
 * @param translations whether it shadows a guest's table, and needs room for what its entries stand for
 */
export function takeRecord(kvm: Kvm, translations: boolean): number {
  const { m } = kvm;
  const sp = recycled(kvm) || fresh(kvm);
  if (translations && m.get(sp + SP.shadowed_translation) === 0)
    m.set(sp + SP.shadowed_translation, m.allocateFrames(1, FRAME.heap));
  m.setFrameOwner(m.get(sp + SP.spt), sp);
  m.set(sp + SP.serial, m.get(kvm.at + KVM.next_serial));
  m.set(kvm.at + KVM.next_serial, m.get(kvm.at + KVM.next_serial) + 1);
  return sp;
}

/** The page is freed: its table, its translations and its record are used again. */
export function releaseRecord(kvm: Kvm, sp: number): void {
  const { m } = kvm;
  traceTableFree(m, sp);
  m.setFrameOwner(m.get(sp + SP.spt), 0);
  m.set(sp + SP.hash_next, m.get(kvm.at + KVM.free_sps));
  m.set(kvm.at + KVM.free_sps, sp);
}

function fresh({ m }: Kvm): number {
  const sp = m.allocateWords(SP.size);
  m.set(sp + SP.spt, m.allocateFrames(1, FRAME.table));
  return sp;
}

function recycled(kvm: Kvm): number {
  const { m } = kvm;
  const free = m.get(kvm.at + KVM.free_sps);
  if (free === 0) return 0;
  m.set(kvm.at + KVM.free_sps, m.get(free + SP.hash_next));
  const spt = m.get(free + SP.spt);
  const shadowed = m.get(free + SP.shadowed_translation);
  for (let word = 0; word < SP.size; word++) m.set(free + word, 0);
  m.clearFrame(spt);
  m.set(free + SP.spt, spt);
  m.set(free + SP.shadowed_translation, shadowed);
  return free;
}
