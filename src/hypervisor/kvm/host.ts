/**
 * What user space and the host do to a virtual machine: ioctls on its slots and limits, and changes of the memory behind them
 * (Linux 6.1: virt/kvm/kvm_main.c kvm_set_memslot, kvm_get_dirty_log_protect; x86.c kvm_mmu_slot_apply_flags; mmu/mmu.c).
 */
import { type HostActions, OK, type Outcome } from '#hypervisor/hypervisor.ts';
import {
  cpuKeepsDirtyLog,
  kvm_arch_mmu_enable_log_dirty_pt_masked,
  kvm_mmu_slot_leaf_clear_dirty,
  kvm_mmu_slot_remove_write_access,
  kvm_mmu_slot_try_split_huge_pages,
  kvm_mmu_zap_collapsible_sptes,
} from '#hypervisor/kvm/mmu/dirty_protect.ts';
import { kvm_mmu_change_mmu_pages } from '#hypervisor/kvm/mmu/limit.ts';
import { kvm_recover_nx_lpages } from '#hypervisor/kvm/mmu/nx_recovery.ts';
import { kvm_arch_flush_shadow_memslot } from '#hypervisor/kvm/mmu/zap.ts';
import { EVENT, type Note } from '#machine/events.ts';
import { removeSlot, SLOT, SLOT_FLAG, slotById, slotPlaces } from '#machine/slots.ts';
import {
  KVM_MIN_ALLOC_MMU_PAGES,
  kvm_alloc_memslot_metadata,
  kvm_set_memory_region,
  limitMmuPages,
  nextGeneration,
} from './kvm_main.ts';
import { agePages, dropPages, protectPages } from './notifier.ts';
import { kvm_flush_remote_tlbs } from './requests.ts';
import { KVM, type Kvm } from './structs.ts';

const error = (name: string): Outcome => ({ kind: 'error', name });

interface WantedSlot {
  readonly id: number;
  readonly gpa: number;
  readonly size: number;
  readonly ro: boolean;
  readonly log: boolean;
}

export class KvmHost implements HostActions {
  readonly #kvm: Kvm;

  constructor(kvm: Kvm) {
    this.#kvm = kvm;
  }

  dirtyLog(id: number, on: boolean): Outcome {
    const { m } = this.#kvm;
    const slot = slotById(m.words, id);
    if (slot === 0) return error('EINVAL');
    const logged = (m.get(slot + SLOT.flags) & SLOT_FLAG.dirtyLog) !== 0;
    if (logged !== on) this.#setLogging(slot, on);
    return OK;
  }

  getDirty(id: number): Outcome {
    const { m } = this.#kvm;
    const slot = slotById(m.words, id);
    const bitmap = slot === 0 ? 0 : m.get(slot + SLOT.dirty_bitmap);
    if (bitmap === 0) return error('ENOENT');
    const base = m.get(slot + SLOT.base_gfn);
    const log = new Map<number, number[]>();
    for (let word = 0; word * 32 < m.get(slot + SLOT.npages); word++) {
      const bits = m.get(bitmap + word);
      if (bits === 0) continue;
      m.set(bitmap + word, 0);
      const written = log.get(word >>> 1) ?? [];
      for (let bit = 0; bit < 32; bit++) if (bits & (1 << bit)) written.push(base + word * 32 + bit);
      log.set(word >>> 1, written);
    }
    // The kernel's bitmap has words of 64 bits, and each that is not empty is protected by itself.
    for (const [word, gfns] of log)
      kvm_arch_mmu_enable_log_dirty_pt_masked(this.#kvm, slot, base + word * 64, gfns);
    if (log.size > 0) kvm_flush_remote_tlbs(this.#kvm);
    return { kind: 'dirty', gfns: [...log.values()].flat() };
  }

  drop(gpa: number, size: number): Outcome {
    dropPages(this.#kvm, gpa / 4096, (gpa + size) / 4096);
    return OK;
  }

  protect(gpa: number, size: number, writable: boolean): Outcome {
    protectPages(this.#kvm, gpa / 4096, (gpa + size) / 4096, writable);
    return OK;
  }

  setSlot(wanted: WantedSlot): Outcome {
    const { m } = this.#kvm;
    const slot = slotById(m.words, wanted.id);
    const baseGfn = wanted.gpa / 4096;
    const npages = wanted.size / 4096;
    const moves = slot === 0 || m.get(slot + SLOT.base_gfn) !== baseGfn;
    if (moves && this.#overlaps(slot, baseGfn, npages)) return error('EEXIST');
    if (slot === 0) {
      const flags = (wanted.ro ? SLOT_FLAG.readOnly : 0) | (wanted.log ? SLOT_FLAG.dirtyLog : 0);
      kvm_set_memory_region(this.#kvm, { id: wanted.id, baseGfn, npages, flags });
      this.#report(slotById(m.words, wanted.id), 'made');
      return OK;
    }
    const readOnly = (m.get(slot + SLOT.flags) & SLOT_FLAG.readOnly) !== 0;
    if (m.get(slot + SLOT.npages) !== npages || readOnly !== wanted.ro) return error('EINVAL');
    if (moves) this.#move(slot, baseGfn, wanted.log);
    else if (((m.get(slot + SLOT.flags) & SLOT_FLAG.dirtyLog) !== 0) !== wanted.log)
      this.#setLogging(slot, wanted.log);
    return OK;
  }

  deleteSlot(id: number): Outcome {
    const { m } = this.#kvm;
    const slot = slotById(m.words, id);
    if (slot === 0) return error('EINVAL');
    this.#invalidate(slot);
    m.set(this.#kvm.at + KVM.nslot_pages, m.get(this.#kvm.at + KVM.nslot_pages) - m.get(slot + SLOT.npages));
    this.#report(slot, 'deleted');
    removeSlot(m, slot);
    nextGeneration(this.#kvm);
    limitMmuPages(this.#kvm);
    return OK;
  }

  mmuPages(count: number): Outcome {
    const { m, at } = this.#kvm;
    if (count < KVM_MIN_ALLOC_MMU_PAGES) return error('EINVAL');
    kvm_mmu_change_mmu_pages(this.#kvm, count);
    m.set(at + KVM.n_requested_mmu_pages, count);
    return OK;
  }

  recoverNx(): Outcome {
    kvm_recover_nx_lpages(this.#kvm);
    return OK;
  }

  age(gpa: number, size: number, how: 'flush' | 'idle' | 'test'): Outcome {
    return { kind: 'young', young: agePages(this.#kvm, gpa / 4096, (gpa + size) / 4096, how) };
  }

  #overlaps(self: number, baseGfn: number, npages: number): boolean {
    const { m } = this.#kvm;
    return slotPlaces(m.words).some((slot) => {
      const base = m.get(slot + SLOT.base_gfn);
      return slot !== self && baseGfn < base + m.get(slot + SLOT.npages) && base < baseGfn + npages;
    });
  }

  /** KVM_MR_FLAGS_ONLY: the log's bitmap comes or goes; then what is mapped is made fit for it. */
  #setLogging(slot: number, on: boolean): void {
    const { m } = this.#kvm;
    m.set(slot + SLOT.dirty_bitmap, on ? m.allocateArray(Math.ceil(m.get(slot + SLOT.npages) / 32)) : 0);
    const flags = m.get(slot + SLOT.flags);
    m.set(slot + SLOT.flags, on ? flags | SLOT_FLAG.dirtyLog : flags & ~SLOT_FLAG.dirtyLog);
    nextGeneration(this.#kvm);
    this.#report(slot, on ? 'writes are logged from now on' : 'writes are logged no longer');
    // What the guest cannot write anyway needs no change.
    if (flags & SLOT_FLAG.readOnly) return;
    if (on) this.#protectSlot(slot);
    else kvm_mmu_zap_collapsible_sptes(this.#kvm, slot);
  }

  /** kvm_mmu_slot_apply_flags, where logging begins. */
  #protectSlot(slot: number): void {
    if (this.#kvm.parameters.eager_page_split) kvm_mmu_slot_try_split_huge_pages(this.#kvm, slot);
    if (cpuKeepsDirtyLog(this.#kvm)) {
      kvm_mmu_slot_leaf_clear_dirty(this.#kvm, slot);
      kvm_mmu_slot_remove_write_access(this.#kvm, slot, 2);
    } else kvm_mmu_slot_remove_write_access(this.#kvm, slot, 1);
    kvm_flush_remote_tlbs(this.#kvm);
  }

  /** kvm_invalidate_memslot: nobody may use the slot any more, and all shadow pages go. */
  #invalidate(slot: number): void {
    const { m } = this.#kvm;
    m.set(slot + SLOT.flags, m.get(slot + SLOT.flags) | SLOT_FLAG.invalid);
    nextGeneration(this.#kvm);
    kvm_arch_flush_shadow_memslot(this.#kvm);
  }

  /** KVM_MR_MOVE: the same host memory at another guest-physical address. */
  #move(slot: number, baseGfn: number, log: boolean): void {
    const { m } = this.#kvm;
    this.#invalidate(slot);
    m.set(slot + SLOT.base_gfn, baseGfn);
    const flags = m.get(slot + SLOT.flags) & ~(SLOT_FLAG.invalid | SLOT_FLAG.dirtyLog);
    m.set(slot + SLOT.flags, log ? flags | SLOT_FLAG.dirtyLog : flags);
    if (!log) m.set(slot + SLOT.dirty_bitmap, 0);
    else if (m.get(slot + SLOT.dirty_bitmap) === 0)
      m.set(slot + SLOT.dirty_bitmap, m.allocateArray(Math.ceil(m.get(slot + SLOT.npages) / 32)));
    m.set(slot + SLOT.arch, kvm_alloc_memslot_metadata(m, slot));
    nextGeneration(this.#kvm);
    this.#report(slot, 'moved');
  }

  #report(slot: number, what: Note): void {
    const { m } = this.#kvm;
    m.log.emit(
      EVENT.slot,
      m.get(slot + SLOT.id),
      m.get(slot + SLOT.base_gfn),
      m.get(slot + SLOT.npages),
      m.log.note(what),
    );
  }
}
