/**
 * KVM's instruction emulator, as far as a `mov` between a register and memory needs it (Linux 6.1: x86.c
 * x86_emulate_instruction, emulator_read_write, vcpu_mmio_gva_to_gpa; emulate.c).
 */
import { PF } from '#arch/fault.ts';
import { frameOfAddress } from '#arch/paging-mode.ts';
import { refusal } from '#arch/permission.ts';
import { hiOfNumber, loOfNumber } from '#arch/word64.ts';
import type { Access, Update } from '#hypervisor/hypervisor.ts';
import { vcpu_match_mmio_gpa, vcpu_match_mmio_gva } from '#hypervisor/kvm/mmu/mmio.ts';
import type { FaultAddress } from '#hypervisor/kvm/mmu/page_fault.ts';
import { kvm_mmu_pte_write } from '#hypervisor/kvm/mmu/pte_write.ts';
import { gva_to_gpa } from '#hypervisor/kvm/mmu/walk_addr.ts';
import { kvm_mmu_unprotect_page } from '#hypervisor/kvm/mmu/zap.ts';
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
export interface MmioFragment {
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

/** An instruction, as the emulator needs it. */
export interface Instruction {
  /** Where it lies (plain pair), or null where nothing is modelled of that. */
  readonly address: readonly [number, number] | null;
  readonly user: boolean;
  /** RFLAGS.AC */
  readonly ac: boolean;
}

/** The guest-physical address (plain pair) that the faulting operand has, where the hardware gave it. */
type KnownAddress = readonly [number, number] | null;

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

/**
 * x86_emulate_instruction: reads the instruction, then does what it does, or lets the guest try again. False in that case.
 * @param fault what made it necessary, where the guest may try again; null otherwise
 * @param execute the instruction's own work; false where it waits for user space to give a value
 */
export const x86_emulate_instruction = kernel(
  'x86_emulate_instruction',
  (vcpu: Vcpu, instruction: Instruction, fault: Retriable | null, execute: () => boolean): boolean => {
    x86_decode_emulated_instruction(vcpu, instruction);
    if (retry_instruction(vcpu, instruction, fault)) return false;
    if (x86_emulate_insn(vcpu, execute)) get_rflags(vcpu);
    return true;
  },
);

/** A fault on an operand that may go away without emulation. */
interface Retriable {
  readonly address: FaultAddress;
  /** Page tables are written with such an instruction. */
  readonly writesTables: boolean;
}

/**
 * retry_instruction: an instruction that page tables are not written with shows that a frame holds none any more: its shadow pages
 * go, and the guest tries again. True then. The second time in a row, at the same place, it is emulated after all.
 */
function retry_instruction(vcpu: Vcpu, { address: rip }: Instruction, fault: Retriable | null): boolean {
  const { m } = vcpu.kvm;
  const now =
    fault && !x86_page_table_writing_insn(vcpu, fault.writesTables)
      ? [...(rip ?? [0, 0]), fault.address.hi, fault.address.lo]
      : null;
  const isRepeated = now?.every((word, i) => m.get(vcpu.arch + ARCH.last_retry + i) === word) ?? false;
  const noted = isRepeated ? null : now;
  for (let i = 0; i < 4; i++) m.set(vcpu.arch + ARCH.last_retry + i, noted?.[i] ?? 0);
  if (!noted || !fault) return false;
  const { hi, lo, physical } = fault.address;
  const gfn = physical ? frameOfAddress(hi, lo) : gva_to_gpa(vcpu, hi, lo, PF.write, false, false).gfn;
  kvm_mmu_unprotect_page(vcpu.kvm, gfn);
  return true;
}

/** x86_page_table_writing_insn: whether the instruction is of a kind that page tables are written with. */
const x86_page_table_writing_insn = kernel(
  'x86_page_table_writing_insn',
  (_: Vcpu, writesTables: boolean): boolean => writesTables,
);

const x86_emulate_insn = kernel('x86_emulate_insn', (_: Vcpu, execute: () => boolean): boolean => execute());

const x86_decode_emulated_instruction = kernel(
  'x86_decode_emulated_instruction',
  (vcpu: Vcpu, instruction: Instruction): void => x86_decode_insn(vcpu, instruction),
);

const x86_decode_insn = kernel('x86_decode_insn', (vcpu: Vcpu, instruction: Instruction): void =>
  __do_insn_fetch_bytes(vcpu, instruction),
);

const __do_insn_fetch_bytes = kernel('__do_insn_fetch_bytes', (vcpu: Vcpu, instruction: Instruction): void =>
  kvm_fetch_guest_virt(vcpu, instruction),
);

/** kvm_fetch_guest_virt: the instruction is read through the guest's tables: without decode assists KVM is given no bytes. */
const kvm_fetch_guest_virt = kernel('kvm_fetch_guest_virt', (vcpu: Vcpu, instruction: Instruction): void => {
  const { address, user, ac } = instruction;
  get_cpl(vcpu);
  if (!address) return;
  const walker = gva_to_gpa(vcpu, address[0], address[1], PF.fetch | (user ? PF.user : 0), ac, true);
  if (walker.ok) kvm_vcpu_read_guest_page(vcpu, walker.gfn);
});

/** An instruction that faulted on its operand. */
interface FaultedInstruction extends Instruction {
  /** The guest may try again instead. */
  readonly mayRetry: boolean;
  readonly fault: FaultAddress;
}

/** Emulates a data access. Null after a #PF for the guest, and where the guest tries again. */
export function emulateAccess(vcpu: Vcpu, access: Access, instruction: FaultedInstruction): Emulated | null {
  const { fault, mayRetry } = instruction;
  const writesTables = access.update?.writesTables ?? true;
  const known: KnownAddress = fault.physical ? [fault.hi, fault.lo] : null;
  let emulated: Emulated | null = null;
  x86_emulate_instruction(vcpu, instruction, mayRetry ? { address: fault, writesTables } : null, () => {
    if (access.update) emulated = emulateUpdate(vcpu, access, access.update, known);
    else
      emulated =
        access.kind === 'write' ? writeback(vcpu, access, known) : read_emulated(vcpu, access, known);
    return access.kind === 'write' || emulated?.mmio.length === 0;
  });
  return emulated;
}

/** Reads the operand, then writes what the instruction makes of it. */
function emulateUpdate(vcpu: Vcpu, access: Access, update: Update, known: KnownAddress): Emulated | null {
  const read = read_emulated(vcpu, { ...access, kind: 'read' }, known);
  if (!read) return null;
  const [valueHi, valueLo] = update.change(read.hi, read.lo);
  const write = { ...access, valueHi, valueLo };
  const written = update.locked
    ? emulator_cmpxchg_emulated(vcpu, write, known)
    : writeback(vcpu, write, known);
  return written && { ...written, mmio: [...read.mmio, ...written.mmio] };
}

/** emulator_cmpxchg_emulated: a locked write. Where no memory is, or it is read-only, it is written like any other. */
const emulator_cmpxchg_emulated = kernel(
  'emulator_cmpxchg_emulated',
  (vcpu: Vcpu, access: Access, known: KnownAddress): Emulated | null => {
    gva_to_gpa(vcpu, access.hi, access.lo, PF.write | (access.user ? PF.user : 0), access.ac, false);
    return emulator_write_emulated(vcpu, access, known);
  },
);

const read_emulated = kernel(
  'read_emulated',
  (vcpu: Vcpu, access: Access, gpa: KnownAddress): Emulated | null =>
    emulator_read_emulated(vcpu, access, gpa),
);
const emulator_read_emulated = kernel(
  'emulator_read_emulated',
  (vcpu: Vcpu, access: Access, gpa: KnownAddress): Emulated | null => emulator_read_write(vcpu, access, gpa),
);
const writeback = kernel('writeback', (vcpu: Vcpu, access: Access, gpa: KnownAddress): Emulated | null =>
  segmented_write(vcpu, access, gpa),
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
