/** Instructions that a processor does by itself, the same on a bare machine and in a guest with two-dimensional paging. */
import { CR4 } from '#arch/paging-mode.ts';
import { isCanonical } from '#arch/word64.ts';
import { EVENT, REGISTERS } from '#machine/events.ts';
import { invpcid, moveToCr3 } from '#machine/tlb/flush.ts';
import { VCPU, vcpuMode } from '#machine/vcpu.ts';
import type { Machine } from '#machine/words.ts';
import type { InvpcidOperand } from './hypervisor.ts';

/** Bit 63 of what is moved to CR3, in its upper word. */
const NO_FLUSH = 0x80000000 | 0;

/** The upper word of what MOV to CR3 makes of its operand's: bit 63 is none of it where PCIDs are in use. */
export const cr3Hi = (m: Machine, vcpu: number, hi: number): number =>
  m.get(vcpu + VCPU.cr4) & CR4.PCIDE ? hi & ~NO_FLUSH : hi;

/** Whether CR3 cannot hold an address. @param hi as `cr3Hi` gives it */
export const isBeyondCr3 = (hi: number, maxphyaddr: number): boolean => hi >>> (maxphyaddr - 32) !== 0;

/** MOV to CR3 of an operand (plain pair) that it can hold, and what it makes the processor forget. */
export function writeCr3(m: Machine, vcpu: number, hi: number, lo: number): void {
  const upper = cr3Hi(m, vcpu, hi);
  m.set(vcpu + VCPU.cr3_hi, upper);
  m.set(vcpu + VCPU.cr3_lo, lo);
  m.log.emit(EVENT.register, REGISTERS.indexOf('cr3'), upper, lo);
  if (upper === hi) moveToCr3(m, vcpu);
}

/** INVPCID. False: #GP. */
export function doInvpcid(m: Machine, vcpu: number, { type, pcid, hi, lo }: InvpcidOperand): boolean {
  const mode = vcpuMode(m.words, vcpu);
  if (pcid !== 0 && !(m.get(vcpu + VCPU.cr4) & CR4.PCIDE)) return false;
  if (mode.levels >= 4 && !isCanonical(hi, mode.linearBits)) return false;
  invpcid(m, vcpu, type, pcid, hi, lo);
  return true;
}

/** Whether CR4.PCIDE can be set: in 64-bit mode, with PCID 0 in CR3. */
export const mayEnablePcid = (m: Machine, vcpu: number): boolean =>
  vcpuMode(m.words, vcpu).levels >= 4 && (m.get(vcpu + VCPU.cr3_lo) & 0xfff) === 0;
