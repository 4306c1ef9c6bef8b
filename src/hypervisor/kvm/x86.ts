/**
 * What KVM does around the guest (Linux 6.1: x86.c): requests before it enters, exceptions for the guest, control registers.
 */

import { PF } from '#arch/fault.ts';
import { CR0, CR4, EFER } from '#arch/paging-mode.ts';
import { kvm_mmu_invalidate_gva } from '#hypervisor/kvm/mmu/invlpg.ts';
import { kvm_mmu_new_pgd } from '#hypervisor/kvm/mmu/new_pgd.ts';
import {
  kvm_mmu_free_obsolete_roots,
  kvm_mmu_load,
  kvm_mmu_sync_prev_roots,
  kvm_mmu_sync_roots,
  kvm_mmu_unload,
} from '#hypervisor/kvm/mmu/roots.ts';
import { cr3Hi, isBeyondCr3, mayEnablePcid } from '#hypervisor/native.ts';
import { EVENT, REGISTERS } from '#machine/events.ts';
import { currentPcid } from '#machine/tlb/tags.ts';
import { VCPU, vcpuMode } from '#machine/vcpu.ts';
import { kernel } from './calls.ts';
import { trace_kvm_inj_exception } from './mmutrace.ts';
import { kvm_invalidate_pcid } from './pcid.ts';
import { load_pdptrs } from './pdptrs.ts';
import { KVM_REQ, kvm_make_request } from './requests.ts';
import { ARCH, isChanged, ROLE, type Vcpu, WHAT_IF } from './structs.ts';
import { load_mmu_pgd } from './vendor_ops.ts';
import { flush_tlb_all, flush_tlb_current, flush_tlb_guest, flushAtEntry } from './vendor_tlb.ts';

const UD_VECTOR = 6;
export const PF_VECTOR = 14;
export const GP_VECTOR = 13;

/** kvm_inject_gp: a #GP waits for the guest. */
export const kvm_inject_gp = (vcpu: Vcpu): void => kvm_multiple_exception(vcpu, GP_VECTOR, 0);

/** A #UD waits for the guest: KVM's emulator does not know its instruction. */
export const queueInvalidOpcode = (vcpu: Vcpu): void => kvm_multiple_exception(vcpu, UD_VECTOR, -1);

/** Takes a request off a vCPU. Returns whether it was there. */
function kvm_check_request(vcpu: Vcpu, request: number): boolean {
  const { m } = vcpu.kvm;
  const requests = m.get(vcpu.arch + ARCH.requests);
  m.set(vcpu.arch + ARCH.requests, requests & ~request);
  return (requests & request) !== 0;
}

/**
 * vcpu_enter_guest, up to the entry itself. False if the guest is dead.
 * order: obsolete roots, sync, the root, flushes, the exception, a new root.
 */
export const vcpu_enter_guest = kernel('vcpu_enter_guest', (vcpu: Vcpu): boolean => {
  const { m } = vcpu.kvm;
  do {
    if (m.get(vcpu.arch + ARCH.requests) !== 0 && !handleRequests(vcpu)) return false;
    if (m.get(vcpu.arch + ARCH.exception_pending)) kvm_inject_exception(vcpu);
    if (m.get(vcpu.arch + ARCH.root_hpa) === 0 && !kvm_mmu_load(vcpu)) return false;
    // What came up on the way (a sync that needs a flush) sends the vCPU round once more.
  } while (m.get(vcpu.arch + ARCH.requests) !== 0);
  flushAtEntry(vcpu);
  m.set(vcpu.arch + ARCH.pdptrs_available, 0);
  m.log.emit(EVENT.entry);
  return true;
});

/** Each request once, in KVM's order. False if the guest is dead. */
function handleRequests(vcpu: Vcpu): boolean {
  if (kvm_check_request(vcpu, KVM_REQ.TRIPLE_FAULT)) return false;
  if (kvm_check_request(vcpu, KVM_REQ.MMU_FREE_OBSOLETE_ROOTS)) kvm_mmu_free_obsolete_roots(vcpu);
  if (kvm_check_request(vcpu, KVM_REQ.MMU_SYNC)) kvm_mmu_sync_roots(vcpu);
  if (kvm_check_request(vcpu, KVM_REQ.LOAD_MMU_PGD)) load_mmu_pgd(vcpu);
  if (kvm_check_request(vcpu, KVM_REQ.TLB_FLUSH)) {
    flush_tlb_all(vcpu);
    kvm_check_request(vcpu, KVM_REQ.TLB_FLUSH_CURRENT);
  }
  if (kvm_check_request(vcpu, KVM_REQ.TLB_FLUSH_CURRENT)) flush_tlb_current(vcpu);
  if (kvm_check_request(vcpu, KVM_REQ.TLB_FLUSH_GUEST)) {
    kvm_mmu_sync_roots(vcpu);
    kvm_mmu_sync_prev_roots(vcpu);
    flush_tlb_guest(vcpu);
  }
  return true;
}

/** kvm_inject_exception: the pending exception goes to the hardware; one that was interrupted before goes again. */
function kvm_inject_exception(vcpu: Vcpu): void {
  const { m } = vcpu.kvm;
  const error = m.get(vcpu.arch + ARCH.exception_has_error) ? m.get(vcpu.arch + ARCH.exception_error) : -1;
  trace_kvm_inj_exception(
    m,
    m.get(vcpu.arch + ARCH.exception_vector),
    error,
    m.get(vcpu.arch + ARCH.exception_injected) !== 0,
  );
  m.set(vcpu.arch + ARCH.exception_injected, 1);
}

/** kvm_inject_page_fault: a #PF waits for the guest, and CR2 is set. */
const kvm_inject_page_fault = kernel(
  'kvm_inject_page_fault',
  (vcpu: Vcpu, hi: number, lo: number, error: number): void => {
    const { m } = vcpu.kvm;
    kvm_multiple_exception(vcpu, PF_VECTOR, error);
    m.set(vcpu.regs + VCPU.cr2_hi, hi);
    m.set(vcpu.regs + VCPU.cr2_lo, lo);
  },
);

const DF_VECTOR = 8;
/** Exceptions that make a double fault of another such one: #DE, #TS, #NP, #SS, #GP. */
const CONTRIBUTORY: readonly number[] = [0, 10, 11, 12, GP_VECTOR];

/**
 * kvm_multiple_exception: the guest gets an exception. One that comes up while another is delivered makes a double fault of
 * it, takes its place, or, after a double fault, shuts the guest down.
 * @param error -1: the exception has no error code
 */
const kvm_multiple_exception = kernel(
  'kvm_multiple_exception',
  (vcpu: Vcpu, vector: number, error: number): void => {
    const { m } = vcpu.kvm;
    if (m.get(vcpu.arch + ARCH.exception_pending)) {
      const previous = m.get(vcpu.arch + ARCH.exception_vector);
      if (previous === DF_VECTOR) {
        kvm_make_request(vcpu, KVM_REQ.TRIPLE_FAULT);
        return;
      }
      const contributory = CONTRIBUTORY.includes(vector);
      const doubles =
        previous === PF_VECTOR
          ? contributory || vector === PF_VECTOR
          : CONTRIBUTORY.includes(previous) && contributory;
      if (doubles) {
        setException(vcpu, DF_VECTOR, 0);
        return;
      }
    }
    setException(vcpu, vector, error);
  },
);

function setException(vcpu: Vcpu, vector: number, error: number): void {
  const { m } = vcpu.kvm;
  m.set(vcpu.arch + ARCH.exception_pending, 1);
  m.set(vcpu.arch + ARCH.exception_injected, 0);
  m.set(vcpu.arch + ARCH.exception_vector, vector);
  m.set(vcpu.arch + ARCH.exception_has_error, error < 0 ? 0 : 1);
  m.set(vcpu.arch + ARCH.exception_error, error < 0 ? 0 : error);
}

/** kvm_inject_emulated_page_fault: the guest gets a #PF for an address, and CR2 with it. */
export const kvm_inject_emulated_page_fault = kernel(
  'kvm_inject_emulated_page_fault',
  (vcpu: Vcpu, hi: number, lo: number, error: number): void => {
    if (error & PF.present && !(error & PF.reserved)) kvm_mmu_invalidate_gva(vcpu, hi, lo, false);
    kvm_inject_page_fault(vcpu, hi, lo, error);
  },
);

/**
 * kvm_requeue_exception: an exit interrupted the delivery of an exception; KVM will deliver it again.
 * @param error null: the exception has no error code
 */
export function kvm_requeue_exception(vcpu: Vcpu, vector: number, error: number | null): void {
  setException(vcpu, vector, error ?? -1);
  vcpu.kvm.m.set(vcpu.arch + ARCH.exception_injected, 1);
}

/** kvm_init_mmu: the role of the root that the vCPU needs. */
export const kvm_init_mmu = kernel('kvm_init_mmu', (vcpu: Vcpu): void => {
  const role = vcpu.kvm.tdp ? kvm_calc_tdp_mmu_root_page_role(vcpu) : shadowRootRole(vcpu);
  vcpu.kvm.m.set(vcpu.arch + ARCH.root_role, role);
});

/** kvm_calc_tdp_mmu_root_page_role: the same whatever the guest's paging is. */
function kvm_calc_tdp_mmu_root_page_role({ kvm }: Vcpu): number {
  const { tdpLevels, format } = kvm;
  const role = ROLE.access | ROLE.cr0_wp | ROLE.efer_nx | ROLE.direct | tdpLevels;
  return format.accessed === 0 ? role | ROLE.ad_disabled : role;
}

/** The role of a shadow root, from the guest's control registers (kvm_calc_cpu_role, kvm_init_shadow_mmu). */
function shadowRootRole(vcpu: Vcpu): number {
  const mode = vcpuMode(vcpu.kvm.m.words, vcpu.regs);
  let role = ROLE.access | ROLE.efer_nx | Math.max(mode.levels, 3);
  if (mode.levels === 0) {
    role |= ROLE.direct;
  } else {
    if (mode.wp) role |= ROLE.cr0_wp;
    if (mode.smep && !mode.wp) role |= ROLE.smep_andnot_wp;
    if (mode.smap && !mode.wp) role |= ROLE.smap_andnot_wp;
    if (mode.entryBytes === 4) role |= ROLE.has_4_byte_gpte;
  }
  if (isChanged(vcpu.kvm, WHAT_IF.privateRoots)) role |= vcpu.id << ROLE.ownerShift;
  return role;
}

/** kvm_mmu_reset_context */
const kvm_mmu_reset_context = kernel('kvm_mmu_reset_context', (vcpu: Vcpu): void => {
  kvm_mmu_unload(vcpu);
  kvm_init_mmu(vcpu);
});

function setRegister(vcpu: Vcpu, name: (typeof REGISTERS)[number], place: number, value: number): void {
  vcpu.kvm.m.set(vcpu.regs + place, value);
  vcpu.kvm.m.log.emit(EVENT.register, REGISTERS.indexOf(name), 0, value);
}

const isPae = (cr0: number, cr4: number, efer: number): boolean =>
  (cr0 & CR0.PG) !== 0 && (cr4 & CR4.PAE) !== 0 && !(efer & EFER.LME);

/** kvm_set_cr3. False: the guest gets a #GP. */
export const kvm_set_cr3 = kernel('kvm_set_cr3', (vcpu: Vcpu, operandHi: number, lo: number): boolean => {
  const { m } = vcpu.kvm;
  const hi = cr3Hi(m, vcpu.regs, operandHi);
  const same =
    m.get(vcpu.regs + VCPU.cr3_hi) === hi &&
    m.get(vcpu.regs + VCPU.cr3_lo) === lo &&
    !isChanged(vcpu.kvm, WHAT_IF.shadowCacheOff);
  const pae = isPae(m.get(vcpu.regs + VCPU.cr0), m.get(vcpu.regs + VCPU.cr4), m.get(vcpu.regs + VCPU.efer));
  if (!same || pae) {
    if (isBeyondCr3(hi, vcpu.kvm.maxphyaddr)) return false;
    if (pae && !load_pdptrs(vcpu, hi, lo)) return false;
    if (!same) kvm_mmu_new_pgd(vcpu, hi, lo);
    m.set(vcpu.regs + VCPU.cr3_hi, hi);
    m.set(vcpu.regs + VCPU.cr3_lo, lo);
    m.log.emit(EVENT.register, REGISTERS.indexOf('cr3'), hi, lo);
  }
  if (hi === operandHi) kvm_invalidate_pcid(vcpu, currentPcid(m, vcpu.regs));
  return true;
});

/** kvm_set_cr0. False: the guest gets a #GP. */
export const kvm_set_cr0 = kernel('kvm_set_cr0', (vcpu: Vcpu, cr0: number): boolean => {
  const { m } = vcpu.kvm;
  const old = m.get(vcpu.regs + VCPU.cr0);
  const cr4 = m.get(vcpu.regs + VCPU.cr4);
  const efer = m.get(vcpu.regs + VCPU.efer);
  // 64-bit code cannot turn paging off.
  if (!(cr0 & CR0.PG) && old & CR0.PG && efer & EFER.LME) return false;
  if (
    (cr0 ^ old) & CR0.PG &&
    isPae(cr0, cr4, efer) &&
    !load_pdptrs(vcpu, m.get(vcpu.regs + VCPU.cr3_hi), m.get(vcpu.regs + VCPU.cr3_lo))
  )
    return false;
  setRegister(vcpu, 'cr0', VCPU.cr0, cr0);
  if ((cr0 ^ old) === CR0.WP && (!(cr0 & CR0.PG) || vcpu.kvm.tdp)) return true;
  if ((cr0 ^ old) & CR0.PG && !(cr0 & CR0.PG)) kvm_make_request(vcpu, KVM_REQ.TLB_FLUSH_GUEST);
  if ((cr0 ^ old) & (CR0.PG | CR0.WP)) kvm_mmu_reset_context(vcpu);
  return true;
});

const CR4_ROLE_BITS = CR4.PSE | CR4.PAE | CR4.LA57 | CR4.SMEP | CR4.SMAP;
const CR4_PDPTR_BITS = CR4.PGE | CR4.PSE | CR4.PAE | CR4.SMEP;

/** kvm_set_cr4. False: the guest gets a #GP. */
export const kvm_set_cr4 = kernel('kvm_set_cr4', (vcpu: Vcpu, cr4: number): boolean => {
  const { m } = vcpu.kvm;
  const old = m.get(vcpu.regs + VCPU.cr4);
  const enablesPcid = (cr4 & ~old & CR4.PCIDE) !== 0;
  if (enablesPcid && !mayEnablePcid(m, vcpu.regs)) return false;
  const pae = isPae(m.get(vcpu.regs + VCPU.cr0), cr4, m.get(vcpu.regs + VCPU.efer));
  if (
    pae &&
    (cr4 ^ old) & CR4_PDPTR_BITS &&
    !load_pdptrs(vcpu, m.get(vcpu.regs + VCPU.cr3_hi), m.get(vcpu.regs + VCPU.cr3_lo))
  )
    return false;
  setRegister(vcpu, 'cr4', VCPU.cr4, cr4);
  if ((cr4 ^ old) & CR4_ROLE_BITS) kvm_mmu_reset_context(vcpu);
  // Former roots may be stale, and a CR3 that asks not to flush would use them so.
  if (enablesPcid && !vcpu.kvm.tdp) kvm_mmu_unload(vcpu);
  if ((cr4 ^ old) & CR4.PGE || old & ~cr4 & CR4.PCIDE) kvm_make_request(vcpu, KVM_REQ.TLB_FLUSH_GUEST);
  else if (((cr4 ^ old) & CR4.PAE) !== 0 || (cr4 & ~old & CR4.SMEP) !== 0)
    kvm_make_request(vcpu, KVM_REQ.TLB_FLUSH_CURRENT);
  return true;
});

/** set_efer */
export const set_efer = kernel('set_efer', (vcpu: Vcpu, efer: number): void => {
  const old = vcpu.kvm.m.get(vcpu.regs + VCPU.efer);
  setRegister(vcpu, 'efer', VCPU.efer, efer);
  if ((efer ^ old) & (EFER.NXE | EFER.LME)) kvm_mmu_reset_context(vcpu);
});
