/**
 * Privileged instructions that a guest with two-dimensional paging does by itself: no exit, KVM learns nothing of them
 * (which ones: Linux 6.1 svm/svm.c init_vmcb, vmx/vmx.c; kvm_cache_regs.h KVM_POSSIBLE_CR0_GUEST_BITS, …_CR4_…).
 */
import { CR0, CR4 } from '#arch/paging-mode.ts';
import type { ControlChange, InvpcidOperand } from '#hypervisor/hypervisor.ts';
import * as native from '#hypervisor/native.ts';
import { readPointers, setPointers } from '#hypervisor/pointers.ts';
import { EVENT, REGISTERS } from '#machine/events.ts';
import { loadFrame } from '#machine/memory.ts';
import * as tlb from '#machine/tlb/flush.ts';
import { VCPU, vcpuMode } from '#machine/vcpu.ts';
import type { GuestAccess } from './guest_access.ts';
import type { Vcpu } from './structs.ts';
import type { TdpGuestMmu } from './tdp_exits.ts';
import { DONE, type Done, type Left } from './translation.ts';
import { GP_VECTOR } from './x86.ts';

/** INVLPG */
export function invlpg({ kvm, regs }: Vcpu, hi: number, lo: number): Done {
  tlb.invlpg(kvm.m, regs, hi, lo);
  return DONE;
}

/** INVPCID */
export const invpcid = ({ kvm, regs }: Vcpu, guest: GuestAccess, operand: InvpcidOperand): Done | Left =>
  native.doInvpcid(kvm.m, regs, operand) ? DONE : refuse(guest);

/** MOV to CR3 (plain pair). A PAE guest's page-directory pointers are loaded at once on Intel's processors, and not on AMD's. */
export function writeCr3(
  vcpu: Vcpu,
  guest: GuestAccess,
  mmu: TdpGuestMmu,
  hi: number,
  lo: number,
): Done | Left {
  const { kvm, regs } = vcpu;
  const { m } = kvm;
  if (native.isBeyondCr3(native.cr3Hi(m, regs, hi), kvm.maxphyaddr)) return refuse(guest);
  if (!kvm.amd && vcpuMode(m.words, regs).levels === 3) {
    const loaded = loadPointers(vcpu, guest, mmu, hi, lo);
    if (loaded !== null) return loaded;
  }
  native.writeCr3(m, regs, hi, lo);
  return { ...DONE, changesMapping: true };
}

function refuse(guest: GuestAccess): Left {
  guest.raise(GP_VECTOR, 0);
  return 'raised';
}

/** Loads the four pointers at an address (plain pair). Null, or why the instruction did not come to its end. */
function loadPointers(vcpu: Vcpu, guest: GuestAccess, mmu: TdpGuestMmu, hi: number, lo: number): Left | null {
  const { m, maxphyaddr } = vcpu.kvm;
  const frame = mmu.read(vcpu, hi, lo & ~0x1f);
  if (typeof frame !== 'number') return frame;
  const load = (offset: number): true => {
    loadFrame(m.words, frame, offset, 8);
    return true;
  };
  const pointers = readPointers(load, lo, maxphyaddr);
  if (pointers === null) return refuse(guest);
  setPointers(m, vcpu.regs, pointers);
  return null;
}

/** Whether a change of control registers leaves the guest. On Intel's processors the guest owns CR0.WP and CR4.PGE. */
export const isIntercepted = ({ kvm }: Vcpu, { cr0, cr4, efer }: ControlChange): boolean =>
  kvm.amd ||
  efer !== undefined ||
  cr0?.pg !== undefined ||
  cr4?.pcide !== undefined ||
  cr4?.smep !== undefined ||
  cr4?.smap !== undefined;

/** MOV to CR0 or CR4, of bits that the guest owns. */
export function changeOwnBits({ kvm, regs }: Vcpu, { cr0, cr4 }: ControlChange): Done {
  const { m } = kvm;
  if (cr0?.wp !== undefined) setBit('cr0', VCPU.cr0, CR0.WP, cr0.wp);
  if (cr4?.pge !== undefined) {
    const old = m.get(regs + VCPU.cr4);
    setBit('cr4', VCPU.cr4, CR4.PGE, cr4.pge);
    if (m.get(regs + VCPU.cr4) !== old) tlb.forgetLinear(m, regs, 'MOV to CR4');
  }
  return DONE;

  function setBit(name: (typeof REGISTERS)[number], place: number, bit: number, on: boolean): void {
    const old = m.get(regs + place);
    const value = on ? old | bit : old & ~bit;
    m.set(regs + place, value);
    m.log.emit(EVENT.register, REGISTERS.indexOf(name), 0, value);
  }
}
