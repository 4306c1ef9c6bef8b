/**
 * Lists of entries: which sptes map a frame (rmap), which entries point to a table (parent_ptes).
 * Linux 6.1: mmu/mmu.c, pte_list_add and pte_list_remove.
 *
 * A head is one word: 0 for none; an entry's place for one; else the place of a pte_list_desc plus 1. The order decides
 * later events: entries are appended; on removal the last entry of its descriptor fills the hole.
 */
import { kernel } from '#hypervisor/kvm/calls.ts';
import { DESC, KVM, type Kvm, PTE_LIST_EXT } from '#hypervisor/kvm/structs.ts';
import { kvm_mmu_memory_cache_alloc } from './memory_cache.ts';

const isMany = (head: number): boolean => (head & 1) !== 0;

function allocateDesc(kvm: Kvm): number {
  const { m } = kvm;
  kvm_mmu_memory_cache_alloc(kvm);
  const free = m.get(kvm.at + KVM.free_descs);
  if (free === 0) return m.allocateWords(DESC.size);
  m.set(kvm.at + KVM.free_descs, m.get(free + DESC.more));
  m.set(free + DESC.more, 0);
  return free;
}

function freeDesc(kvm: Kvm, desc: number): void {
  kvm.m.set(desc + DESC.more, kvm.m.get(kvm.at + KVM.free_descs));
  kvm.m.set(kvm.at + KVM.free_descs, desc);
}

/** Appends an entry to the list at `head`. */
export const pte_list_add = kernel('pte_list_add', (kvm: Kvm, sptep: number, head: number): void => {
  const { m } = kvm;
  const value = m.get(head);
  if (value === 0) {
    m.set(head, sptep);
    return;
  }
  if (!isMany(value)) {
    const desc = allocateDesc(kvm);
    m.set(desc + DESC.sptes, value);
    m.set(desc + DESC.sptes + 1, sptep);
    m.set(desc + DESC.spte_count, 2);
    m.set(head, desc | 1);
    return;
  }
  let desc = value & ~1;
  while (m.get(desc + DESC.spte_count) === PTE_LIST_EXT) {
    if (m.get(desc + DESC.more) === 0) m.set(desc + DESC.more, allocateDesc(kvm));
    desc = m.get(desc + DESC.more);
  }
  const count = m.get(desc + DESC.spte_count);
  m.set(desc + DESC.sptes + count, sptep);
  m.set(desc + DESC.spte_count, count + 1);
});

/** Takes an entry out of the list at `head`. Throws if it is not there: the reverse map is then wrong. */
export const pte_list_remove = kernel('pte_list_remove', (kvm: Kvm, sptep: number, head: number): void => {
  const { m } = kvm;
  const value = m.get(head);
  if (value === sptep) {
    m.set(head, 0);
    return;
  }
  let previous = 0;
  for (
    let desc = isMany(value) ? value & ~1 : 0;
    desc !== 0;
    previous = desc, desc = m.get(desc + DESC.more)
  ) {
    const count = m.get(desc + DESC.spte_count);
    for (let i = 0; i < count; i++) {
      if (m.get(desc + DESC.sptes + i) !== sptep) continue;
      removeFromDesc(kvm, head, desc, i, previous);
      return;
    }
  }
  throw new Error(`pte_list_remove: the entry at ${sptep} is not in the list`);
});

function removeFromDesc(kvm: Kvm, head: number, desc: number, i: number, previous: number): void {
  const { m } = kvm;
  const last = m.get(desc + DESC.spte_count) - 1;
  m.set(desc + DESC.sptes + i, m.get(desc + DESC.sptes + last));
  m.set(desc + DESC.sptes + last, 0);
  m.set(desc + DESC.spte_count, last);
  if (last > 0) return;
  const more = m.get(desc + DESC.more);
  if (previous !== 0) m.set(previous + DESC.more, more);
  else m.set(head, more === 0 ? 0 : more | 1);
  freeDesc(kvm, desc);
}

/** Empties the list at `head`. */
export function freeList(kvm: Kvm, head: number): void {
  const { m } = kvm;
  const value = m.get(head);
  m.set(head, 0);
  for (let desc = isMany(value) ? value & ~1 : 0; desc !== 0; ) {
    const more = m.get(desc + DESC.more);
    for (let i = 0; i < m.get(desc + DESC.spte_count); i++) m.set(desc + DESC.sptes + i, 0);
    m.set(desc + DESC.spte_count, 0);
    freeDesc(kvm, desc);
    desc = more;
  }
}

/** The entries of the list at `head`, in order, read from words alone. */
export function listedSptes(words: Int32Array, head: number): number[] {
  const value = words[head] as number;
  if (value === 0) return [];
  if (!isMany(value)) return [value];
  const sptes: number[] = [];
  for (let desc = value & ~1; desc !== 0; desc = words[desc + DESC.more] as number) {
    for (let i = 0; i < (words[desc + DESC.spte_count] as number); i++)
      sptes.push(words[desc + DESC.sptes + i] as number);
  }
  return sptes;
}

/** The first entry of the list at `head`, or 0. */
export function firstSpte(words: Int32Array, head: number): number {
  const value = words[head] as number;
  return isMany(value) ? (words[(value & ~1) + DESC.sptes] as number) : value;
}

/** How many entries the list at `head` has. */
export function pte_list_count(words: Int32Array, head: number): number {
  const value = words[head] as number;
  if (!isMany(value)) return value === 0 ? 0 : 1;
  let count = 0;
  for (let desc = value & ~1; desc !== 0; desc = words[desc + DESC.more] as number)
    count += words[desc + DESC.spte_count] as number;
  return count;
}
