/**
 * KVM's instruction emulator, as far as a `mov` between a register and memory needs it (Linux 6.1: x86.c
 * emulator_read_write, vcpu_mmio_gva_to_gpa; emulate.c).
 */
import { PF } from '#arch/fault.ts';
import { refusal } from '#arch/permission.ts';
import { frameOfAddress } from '#arch/walk.ts';
import { hiOfNumber, loOfNumber } from '#arch/word64.ts';
import type { Access } from '#hypervisor/hypervisor.ts';
import { mark_page_dirty_in_slot } from '#hypervisor/kvm/mmu/dirty_log.ts';
import { vcpu_match_mmio_gva } from '#hypervisor/kvm/mmu/mmio.ts';
import { kvm_mmu_pte_write } from '#hypervisor/kvm/mmu/pte_write.ts';
import { walk_addr_generic } from '#hypervisor/kvm/mmu/walk_addr.ts';
import { EVENT } from '#machine/events.ts';
import { guestFrame } from '#machine/memory.ts';
import { loadOperand, operandParts, storeOperand } from '#machine/operand.ts';
import { findSlot, SLOT, SLOT_FLAG } from '#machine/slots.ts';
import { vcpuMode } from '#machine/vcpu.ts';
import { traceMemoryWrite } from './mmutrace.ts';
import { get_user_page } from './notifier.ts';
import { ARCH, type Vcpu } from './structs.ts';
import { kvm_inject_emulated_page_fault } from './x86.ts';

/** What the emulated access came to: its value (plain pair), or a fault for the guest. */
export interface Emulated {
  readonly done: boolean;
  readonly hi: number;
  readonly lo: number;
}

const FAULTED: Emulated = { done: false, hi: 0, lo: 0 };

/** Emulates a data access: each page of it is translated by KVM's own walk, low page first. */
export function emulateAccess(vcpu: Vcpu, access: Access): Emulated {
  let hi = 0;
  let lo = 0;
  for (const [from, bytes] of operandParts(access.lo, access.width)) {
    const addressLo = (access.lo + from) | 0;
    const addressHi = access.hi + (from > 0 && addressLo === 0 ? 1 : 0);
    const gfn = vcpu_mmio_gva_to_gpa(vcpu, addressHi, addressLo, access);
    if (gfn < 0) return FAULTED;
    const part = onePage(vcpu, access, gfn, addressLo & 0xfff, from, bytes);
    hi |= part[0];
    lo |= part[1];
  }
  return { done: true, hi, lo };
}

/** vcpu_mmio_gva_to_gpa: the frame that an operand lies in; -1 after a #PF for the guest. The MMIO cache spares the walk. */
function vcpu_mmio_gva_to_gpa(vcpu: Vcpu, hi: number, lo: number, access: Access): number {
  const { m } = vcpu.kvm;
  const mode = vcpuMode(m.words, vcpu.regs);
  const code = (access.kind === 'write' ? PF.write : 0) | (access.user ? PF.user : 0);
  if (vcpu_match_mmio_gva(vcpu, hi, lo)) {
    const allowed = mode.levels === 0 || !refusal(mode, m.get(vcpu.arch + ARCH.mmio_access), code, access.ac);
    if (allowed) return m.get(vcpu.arch + ARCH.mmio_gfn);
  }
  if (mode.levels === 0) return frameOfAddress(hi, lo);
  const walker = walk_addr_generic(vcpu, hi, lo, code, access.ac);
  if (walker.ok) return walker.gfn;
  kvm_inject_emulated_page_fault(vcpu, hi, lo, walker.error_code);
  return -1;
}

/** emulator_read_write_onepage: bytes `from` … of the operand, at `offset` of a guest frame. Returns what was read. */
function onePage(
  vcpu: Vcpu,
  access: Access,
  gfn: number,
  offset: number,
  from: number,
  bytes: number,
): readonly [number, number] {
  const { kvm } = vcpu;
  const { m } = kvm;
  const slot = findSlot(m.words, gfn);
  const write = access.kind === 'write';
  if (slot === 0 || (write && m.get(slot + SLOT.flags) & SLOT_FLAG.readOnly)) {
    const gpa = gfn * 4096 + offset;
    m.log.emit(
      EVENT.mmio,
      hiOfNumber(gpa),
      loOfNumber(gpa),
      bytes,
      write ? 1 : 0,
      access.valueHi,
      access.valueLo,
    );
    return write ? [0, 0] : [bytes === 8 ? -1 : 0, bytes >= 4 ? -1 : (1 << (bytes * 8)) - 1];
  }
  if (!write) return loadOperand(m.words, guestFrame(m, gfn, false), offset, bytes, from);
  const frame = get_user_page(kvm, slot, gfn - m.get(slot + SLOT.base_gfn), true);
  storeOperand(m, frame, offset, bytes, from, access.valueHi, access.valueLo);
  traceMemoryWrite(m, gfn * 4096 + offset, bytes, access.valueHi, access.valueLo);
  mark_page_dirty_in_slot(kvm, slot, gfn);
  kvm_mmu_pte_write(kvm, gfn, offset, bytes);
  return [0, 0];
}
