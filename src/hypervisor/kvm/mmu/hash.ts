/**
 * The hash that finds shadow pages by guest frame (Linux 6.1: kvm_arch.mmu_page_hash). New pages go to the head of their
 * chain, so that a chain is walked newest first; later events depend on that order.
 */
import {
  is_obsolete_sp,
  KVM,
  KVM_MMU_HASH_SIZE,
  type Kvm,
  SP,
  sp_has_gptes,
} from '#hypervisor/kvm/structs.ts';

const MULTIPLIER_HI = 0x61c88646;
const MULTIPLIER_LO = 0x80b583eb;

/** High 32 bits of the product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  return (
    (aHigh * bHigh +
      Math.floor(middle / 0x10000) +
      Math.floor(((middle % 0x10000) + aLow * bHigh) / 0x10000)) |
    0
  );
}

/** kvm_page_table_hashfn: the bucket (0..4095) of a guest frame. */
export function kvm_page_table_hashfn(gfn: number): number {
  const high = (multiplyHigh(gfn >>> 0, MULTIPLIER_LO) + Math.imul(gfn, MULTIPLIER_HI)) | 0;
  return (high >>> 20) & (KVM_MMU_HASH_SIZE - 1);
}

/** Place of the head of a guest frame's chain. */
export const hashHead = (kvm: Kvm, gfn: number): number =>
  kvm.m.get(kvm.at + KVM.mmu_page_hash) + kvm_page_table_hashfn(gfn);

/** hlist_add_head */
export function addToHash(kvm: Kvm, sp: number): void {
  const { m } = kvm;
  const head = hashHead(kvm, m.get(sp + SP.gfn));
  const first = m.get(head);
  m.set(sp + SP.hash_next, first);
  m.set(sp + SP.hash_prev, 0);
  if (first !== 0) m.set(first + SP.hash_prev, sp);
  m.set(head, sp);
}

/** hlist_del */
export function removeFromHash(kvm: Kvm, sp: number): void {
  const { m } = kvm;
  const next = m.get(sp + SP.hash_next);
  const previous = m.get(sp + SP.hash_prev);
  if (previous === 0) m.set(hashHead(kvm, m.get(sp + SP.gfn)), next);
  else m.set(previous + SP.hash_next, next);
  if (next !== 0) m.set(next + SP.hash_prev, previous);
}

/** for_each_gfn_valid_sp_with_gptes: the shadow pages in use that shadow the guest's table in `gfn`, newest first. */
export function spsWithGptes(kvm: Kvm, gfn: number): number[] {
  const { m } = kvm;
  const sps: number[] = [];
  for (let sp = m.get(hashHead(kvm, gfn)); sp !== 0; sp = m.get(sp + SP.hash_next)) {
    if (m.get(sp + SP.gfn) === gfn && !is_obsolete_sp(m.words, sp) && sp_has_gptes(m, sp)) sps.push(sp);
  }
  return sps;
}
