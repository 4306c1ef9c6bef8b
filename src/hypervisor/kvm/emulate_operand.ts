/**
 * KVM's instruction emulator: the operand, read from memory or written there a page at a time, or left to user space where no memory
 * is (Linux 6.1: x86.c emulator_read_write, vcpu_mmio_gva_to_gpa; emulate.c).
 */
import { PF } from '#arch/fault.ts';
import { frameOfAddress } from '#arch/paging-mode.ts';
import { refusal } from '#arch/permission.ts';
import { hiOfNumber, loOfNumber } from '#arch/word64.ts';
import type { Access } from '#hypervisor/hypervisor.ts';
import { vcpu_match_mmio_gpa, vcpu_match_mmio_gva } from '#hypervisor/kvm/mmu/mmio.ts';
import { kvm_mmu_pte_write } from '#hypervisor/kvm/mmu/pte_write.ts';
import { gva_to_gpa } from '#hypervisor/kvm/mmu/walk_addr.ts';
import { EVENT } from '#machine/events.ts';
import { guestFrame } from '#machine/memory.ts';
import { loadOperand, operandParts, storeOperand } from '#machine/operand.ts';
import { SLOT, SLOT_FLAG } from '#machine/slots.ts';
import { vcpuMode } from '#machine/vcpu.ts';
import { kernel, noted } from './calls.ts';
import { kvm_vcpu_gfn_to_memslot, kvm_vcpu_read_guest_page, mark_page_dirty_in_slot } from './memslot.ts';
import { traceMemoryWrite } from './mmutrace.ts';
import { get_user_page } from './notifier.ts';
import { ARCH, type Kvm, type Vcpu } from './structs.ts';
import { get_cpl, get_rflags } from './vendor_ops.ts';
import { kvm_inject_emulated_page_fault } from './x86.ts';

/** An access that leaves to user space: guest-physical address, bytes. */
interface MmioFragment {
  readonly gpa: number;
  readonly bytes: number;
  readonly write: boolean;
  /** What is written (plain pair). */
  readonly valueHi: number;
  readonly valueLo: number;
}

/** What an emulated access came to: its value (plain pair), and what of it is left to user space; null: the guest gets a #PF. */
export interface Emulated {
  hi: number;
  lo: number;
  readonly mmio: MmioFragment[];
}

/** The guest-physical address (plain pair) that the faulting operand has, where the hardware gave it. */
export type KnownAddress = readonly [number, number] | null;

/** A part of an operand that lies in one page: bytes `from` … of it, at a linear address (plain pair). */
interface Part {
  readonly from: number;
  readonly bytes: number;
  readonly hi: number;
  readonly lo: number;
  readonly known: KnownAddress;
}

/** Where an operand lies in guest memory; `mmio` where no memory is known to be there. */
interface Operand {
  readonly gfn: number;
  readonly mmio: boolean;
}

/** emulator_cmpxchg_emulated: a locked write. Where no memory is, or it is read-only, it is written like any other. */
export const emulator_cmpxchg_emulated = kernel(
  'emulator_cmpxchg_emulated',
  (vcpu: Vcpu, access: Access, known: KnownAddress): Emulated | null => {
    gva_to_gpa(vcpu, access.hi, access.lo, PF.write | (access.user ? PF.user : 0), access.ac, false);
    return emulator_write_emulated(vcpu, access, known);
  },
);

/** read_emulated: reads the operand. Null after a #PF for the guest. */
export const read_emulated = kernel(
  'read_emulated',
  (vcpu: Vcpu, access: Access, gpa: KnownAddress): Emulated | null =>
    emulator_read_emulated(vcpu, access, gpa),
);
const emulator_read_emulated = kernel(
  'emulator_read_emulated',
  (vcpu: Vcpu, access: Access, gpa: KnownAddress): Emulated | null => emulator_read_write(vcpu, access, gpa),
);

/** writeback: writes what the instruction made of the operand. Null after a #PF for the guest. */
export const writeback = kernel(
  'writeback',
  (vcpu: Vcpu, access: Access, gpa: KnownAddress): Emulated | null => segmented_write(vcpu, access, gpa),
);
const segmented_write = kernel(
  'segmented_write',
  (vcpu: Vcpu, access: Access, gpa: KnownAddress): Emulated | null =>
    emulator_write_emulated(vcpu, access, gpa),
);
const emulator_write_emulated = kernel(
  'emulator_write_emulated',
  (vcpu: Vcpu, access: Access, gpa: KnownAddress): Emulated | null => emulator_read_write(vcpu, access, gpa),
);

/** emulator_read_write: each page of the operand by itself, low page first. */
const emulator_read_write = kernel(
  'emulator_read_write',
  (vcpu: Vcpu, access: Access, gpa: KnownAddress): Emulated | null => {
    const emulated: Emulated = { hi: 0, lo: 0, mmio: [] };
    for (const [from, bytes] of operandParts(access.lo, access.width)) {
      const lo = (access.lo + from) | 0;
      const hi = access.hi + (from > 0 && lo === 0 ? 1 : 0);
      if (!emulator_read_write_onepage(vcpu, access, { from, bytes, hi, lo, known: gpa }, emulated))
        return null;
    }
    if (emulated.mmio.length > 0) (access.kind === 'write' ? write_exit_mmio : read_exit_mmio)(vcpu);
    return emulated;
  },
);

const read_exit_mmio = noted('read_exit_mmio');
const write_exit_mmio = noted('write_exit_mmio');
const vcpu_mmio_read = noted('vcpu_mmio_read');
const write_mmio = noted('write_mmio');

/** emulator_read_write_onepage: does one part of an operand, and adds what came of it. False after a #PF for the guest. */
const emulator_read_write_onepage = kernel(
  'emulator_read_write_onepage',
  (vcpu: Vcpu, access: Access, part: Part, emulated: Emulated): boolean => {
    const operand = knownOperand(vcpu, part) ?? vcpu_mmio_gva_to_gpa(vcpu, access, part);
    if (!operand) return false;
    const { gfn } = operand;
    const gpa = gfn * 4096 + (part.lo & 0xfff);
    if (access.kind === 'write') {
      if (!operand.mmio && write_emulate(vcpu, access, gfn, part)) return true;
      write_mmio(vcpu);
    } else {
      if (!operand.mmio && read_emulate(vcpu, gfn, part, emulated)) return true;
      vcpu_mmio_read(vcpu);
      // User space answers with all ones.
      emulated.hi |= onesOf(part.from + part.bytes - 4) & ~onesOf(part.from - 4);
      emulated.lo |= onesOf(part.from + part.bytes) & ~onesOf(part.from);
    }
    emulated.mmio.push({ gpa, bytes: part.bytes, ...fragmentValue(access, part.from) });
    return true;
  },
);

/**
 * Where the hardware says that the operand lies; null where it does not say, or means another part of it (which only the offset
 * in the page tells).
 */
function knownOperand(vcpu: Vcpu, { lo, known }: Part): Operand | null {
  if (!known || !emulator_can_use_gpa(vcpu) || (known[1] & 0xfff) !== (lo & 0xfff)) return null;
  const gfn = frameOfAddress(known[0], known[1]);
  return { gfn, mmio: vcpu_is_mmio_gpa(vcpu, gfn) };
}

/** emulator_can_use_gpa: whether the instruction has just one operand in memory, as all here have. */
const emulator_can_use_gpa = kernel('emulator_can_use_gpa', (_: Vcpu): boolean => true);

/** vcpu_mmio_gva_to_gpa: where a part of an operand lies; null after a #PF for the guest. The MMIO cache spares the walk. */
function vcpu_mmio_gva_to_gpa(vcpu: Vcpu, access: Access, { hi, lo }: Part): Operand | null {
  const { m } = vcpu.kvm;
  const mode = vcpuMode(m.words, vcpu.regs);
  const code = (access.kind === 'write' ? PF.write : 0) | (access.user ? PF.user : 0);
  get_cpl(vcpu);
  if (vcpu_match_mmio_gva(vcpu, hi, lo)) {
    if (mode.levels > 0) get_rflags(vcpu);
    const allowed = mode.levels === 0 || !refusal(mode, m.get(vcpu.arch + ARCH.mmio_access), code, access.ac);
    if (allowed) return { gfn: m.get(vcpu.arch + ARCH.mmio_gfn), mmio: true };
  }
  const { ok, gfn, error_code } = gva_to_gpa(vcpu, hi, lo, code, access.ac, false);
  if (!ok) {
    kvm_inject_emulated_page_fault(vcpu, hi, lo, error_code);
    return null;
  }
  return { gfn, mmio: vcpu_is_mmio_gpa(vcpu, gfn) };
}

/** vcpu_is_mmio_gpa: whether KVM remembers that no memory is at a guest frame. */
const vcpu_is_mmio_gpa = kernel('vcpu_is_mmio_gpa', vcpu_match_mmio_gpa);

/** read_emulate: reads guest memory. False if none is there. */
const read_emulate = kernel(
  'read_emulate',
  (vcpu: Vcpu, gfn: number, part: Part, emulated: Emulated): boolean => {
    const { m } = vcpu.kvm;
    if (!kvm_vcpu_read_guest_page(vcpu, gfn)) return false;
    const [hi, lo] = loadOperand(m.words, guestFrame(m, gfn, false), part.lo & 0xfff, part.bytes, part.from);
    emulated.hi |= hi;
    emulated.lo |= lo;
    return true;
  },
);

/** write_emulate: writes guest memory, and tells the MMU. False if none is there, or it is read-only. */
const write_emulate = kernel(
  'write_emulate',
  (vcpu: Vcpu, access: Access, gfn: number, part: Part): boolean =>
    emulator_write_phys(vcpu, access, gfn, part),
);

const emulator_write_phys = kernel(
  'emulator_write_phys',
  (vcpu: Vcpu, access: Access, gfn: number, part: Part): boolean => {
    if (!kvm_vcpu_write_guest(vcpu, access, gfn, part)) return false;
    kvm_page_track_write(vcpu.kvm, gfn, part.lo & 0xfff, part.bytes);
    return true;
  },
);

const kvm_vcpu_write_guest = kernel(
  'kvm_vcpu_write_guest',
  (vcpu: Vcpu, access: Access, gfn: number, part: Part): boolean => {
    const { kvm } = vcpu;
    const { m } = kvm;
    const slot = kvm_vcpu_gfn_to_memslot(vcpu, gfn);
    if (slot === 0 || m.get(slot + SLOT.flags) & SLOT_FLAG.readOnly) return false;
    const offset = part.lo & 0xfff;
    const frame = get_user_page(kvm, slot, gfn - m.get(slot + SLOT.base_gfn), true);
    storeOperand(m, frame, offset, part.bytes, part.from, access.valueHi, access.valueLo);
    traceMemoryWrite(m, gfn * 4096 + offset, part.bytes, access.valueHi, access.valueLo);
    mark_page_dirty_in_slot(kvm, slot, gfn);
    return true;
  },
);

const kvm_page_track_write = kernel(
  'kvm_page_track_write',
  (kvm: Kvm, gfn: number, offset: number, bytes: number): void => kvm_mmu_pte_write(kvm, gfn, offset, bytes),
);

/** A word whose low bytes are all ones: none of them below 1, all from 4 on. */
const onesOf = (bytes: number): number => (bytes <= 0 ? 0 : bytes >= 4 ? -1 : (1 << (bytes * 8)) - 1);

/** A word of a value from byte `from` (0..7) on. @param above the word above it */
function bytesFrom(word: number, above: number, from: number): number {
  if (from === 0) return word;
  if (from >= 4) return bytesFrom(above, 0, from - 4);
  return (word >>> (from * 8)) | (above << (32 - from * 8));
}

/** What a fragment that begins at byte `from` of an operand carries. */
const fragmentValue = (
  { kind, valueHi, valueLo }: Access,
  from: number,
): Pick<MmioFragment, 'write' | 'valueHi' | 'valueLo'> => ({
  write: kind === 'write',
  valueHi: bytesFrom(valueHi, 0, from),
  valueLo: bytesFrom(valueLo, valueHi, from),
});

/** The exits to user space that an emulated access needs, one after the other. */
export function exitForMmio(vcpu: Vcpu, mmio: readonly MmioFragment[]): void {
  for (const { gpa, bytes, write, valueHi, valueLo } of mmio)
    vcpu.log.emit(EVENT.mmio, hiOfNumber(gpa), loOfNumber(gpa), bytes, write ? 1 : 0, valueHi, valueLo);
}
