/**
 * KVM's instruction emulator: the instruction, as it is read, tried again or done (Linux 6.1: x86.c x86_emulate_instruction,
 * retry_instruction; emulate.c). Instructions have one operand in memory, which they read, write, or both.
 */
import { PF } from '#arch/fault.ts';
import { frameOfAddress } from '#arch/paging-mode.ts';
import type { Access, Update } from '#hypervisor/hypervisor.ts';
import type { FaultAddress } from '#hypervisor/kvm/mmu/page_fault.ts';
import { gva_to_gpa } from '#hypervisor/kvm/mmu/walk_addr.ts';
import { kvm_mmu_unprotect_page } from '#hypervisor/kvm/mmu/zap.ts';
import { kernel } from './calls.ts';
import {
  type Emulated,
  emulator_cmpxchg_emulated,
  type KnownAddress,
  read_emulated,
  writeback,
} from './emulate_operand.ts';
import { kvm_vcpu_read_guest_page } from './memslot.ts';
import { ARCH, type Vcpu } from './structs.ts';
import { get_cpl, get_rflags } from './vendor_ops.ts';

/** An instruction, as the emulator needs it. */
export interface Instruction {
  /** Where it lies (plain pair), or null where nothing is modelled of that. */
  readonly address: readonly [number, number] | null;
  readonly user: boolean;
  /** RFLAGS.AC */
  readonly ac: boolean;
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
