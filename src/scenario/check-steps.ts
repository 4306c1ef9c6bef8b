/** The steps: what each does, with widths, sizes and vCPUs resolved. */

import type { InvpcidType } from '#machine/tlb/flush.ts';
import { MODES } from './check-machine.ts';
import { fittingValue } from './check-memory.ts';
import { PCIDS, SLOT_IDS } from './limits.ts';
import type { Statement, Word } from './parse.ts';
import {
  argument,
  bitOf,
  hasFlag,
  key,
  numberWithin,
  optionalArgument,
  pageAddress,
  pageBytes,
  type Resolution,
  refuseUnsupported,
  refuseXenWord,
  report,
  valueWithin,
  wordValue,
} from './resolution.ts';
import type { Action, Machine, Paging, Slot, Step, Width } from './scenario.ts';
import { statementName } from './statements.ts';

/** What the steps are checked against. */
export interface StepContext {
  readonly resolution: Resolution;
  readonly machine: Machine;
  readonly paging: Paging;
  /** Bytes of each slot as the steps so far leave it. */
  readonly sizes: Map<number, number>;
}

/** A context for the first step. */
export function stepContext(
  resolution: Resolution,
  machine: Machine,
  paging: Paging,
  slots: readonly Slot[],
): StepContext {
  return { resolution, machine, paging, sizes: new Map(slots.map((slot) => [slot.id, slot.size])) };
}

function accessWidth(context: StepContext, statement: Statement): Width {
  const is64 = MODES[context.paging].registerBits === 64;
  const word = key(statement, 'width');
  if (word === undefined) return is64 ? 8 : 4;
  const width = Number(word.text) as Width;
  // Xen's emulator stores both halves of a PAE entry at once (CMPXCHG8B).
  if (width === 8 && !is64 && context.machine.kind !== 'xen') {
    report(context.resolution, word.span, 'wide-access');
    return 4;
  }
  return width;
}

/**
 * What a write stores. A value too large for a width that was named is a mistake; for the width that nobody named, its
 * low bytes are stored, as a PAE guest does that writes the low half of an entry.
 */
function writtenValue(context: StepContext, statement: Statement, width: Width): bigint {
  const word = argument(statement, 'VALUE');
  if (key(statement, 'width') !== undefined) return fittingValue(context.resolution, word, width);
  return BigInt.asUintN(width * 8, wordValue(context.resolution, word));
}

/**
 * An address that a guest's instruction names. Any 64-bit value will do in a 64-bit guest: what is not canonical is a
 * fault that the guest may want to see.
 */
function operandAddress(context: StepContext, statement: Statement): bigint {
  const { registerBits } = MODES[context.paging];
  return valueWithin(context.resolution, argument(statement, 'GVA'), registerBits, 'address');
}

/** Guest-physical pages: GPA and SIZE. */
function pages(context: StepContext, statement: Statement): { gpa: number; size: number } {
  const { maxphyaddr } = context.machine;
  return {
    gpa: pageAddress(context.resolution, argument(statement, 'GPA'), maxphyaddr),
    size: pageBytes(context.resolution, argument(statement, 'SIZE'), maxphyaddr),
  };
}

function slotId(context: StepContext, word: Word): number {
  return numberWithin(context.resolution, word, { least: 0, most: SLOT_IDS - 1 });
}

/** The bits that `cr0` or `cr4` changes; at least one. */
function changedBits(context: StepContext, statement: Statement): Record<string, boolean> {
  const bits: Record<string, boolean> = {};
  for (const word of statement.words) if (word.role === 'key') bits[word.name] = bitOf(word);
  if (statement.words.length === 0) {
    const example = statement.verb === 'cr0' ? 'wp=0' : 'smep=1';
    report(context.resolution, statement.span, 'bit-missing', statement.verb, example);
  }
  return bits;
}

function slotAction(context: StepContext, statement: Statement): Action {
  const { resolution, machine, sizes } = context;
  const id = slotId(context, argument(statement, 'ID'));
  const others = statement.words.filter((word) => word.name !== 'ID' && word.name !== 'delete');
  if (hasFlag(statement, 'delete')) {
    for (const word of others) report(resolution, word.span, 'delete-alone', word.name);
    sizes.delete(id);
    return { kind: 'slot-delete', id };
  }
  const gpaWord = key(statement, 'gpa');
  const sizeWord = key(statement, 'size');
  if (gpaWord === undefined) {
    report(resolution, statement.span, 'slot-address-missing');
  }
  if (sizeWord === undefined && !sizes.has(id)) {
    report(resolution, statement.span, 'slot-size-missing', id);
  }
  const gpa = gpaWord ? pageAddress(resolution, gpaWord, machine.maxphyaddr) : 0;
  const size = sizeWord ? pageBytes(resolution, sizeWord, machine.maxphyaddr) : (sizes.get(id) ?? 0);
  sizes.set(id, size);
  return { kind: 'slot', id, gpa, size, ro: hasFlag(statement, 'ro'), log: hasFlag(statement, 'log') };
}

function invpcidAction(context: StepContext, statement: Statement): Action {
  const { resolution } = context;
  const type = argument(statement, 'TYPE').text as InvpcidType;
  const address = optionalArgument(statement, 'GVA');
  const pcid = key(statement, 'pcid');
  if (type === 'address' && !address) report(resolution, statement.span, 'invpcid-address-missing');
  if (type !== 'address' && address) report(resolution, address.span, 'invpcid-unused', type, address.text);
  if (pcid && type !== 'address' && type !== 'context')
    report(resolution, pcid.span, 'invpcid-unused', type, 'pcid');
  return {
    kind: 'invpcid',
    type,
    pcid: pcid ? numberWithin(resolution, pcid, { least: 0, most: PCIDS - 1 }) : 0,
    gva: type === 'address' && address ? operandAddress(context, statement) : 0n,
  };
}

function protectAction(context: StepContext, statement: Statement): Action {
  const access = argument(statement, 'ACCESS');
  if (access.text === 'mmio') refuseXenWord(context.resolution, 'mmio', access.span);
  return { kind: 'protect', ...pages(context, statement), writable: access.text === 'rw' };
}

type Resolver = (context: StepContext, statement: Statement) => Action;

/** What each step does, by its name as written. */
export const ACTIONS: Readonly<Record<string, Resolver>> = {
  read: (context, statement) => ({
    kind: 'read',
    gva: operandAddress(context, statement),
    width: accessWidth(context, statement),
    user: hasFlag(statement, 'user'),
    ac: hasFlag(statement, 'ac'),
  }),
  write: (context, statement) => {
    const width = accessWidth(context, statement);
    return {
      kind: 'write',
      gva: operandAddress(context, statement),
      value: writtenValue(context, statement, width),
      width,
      user: hasFlag(statement, 'user'),
      ac: hasFlag(statement, 'ac'),
    };
  },
  exec: (context, statement) => ({
    kind: 'exec',
    gva: operandAddress(context, statement),
    user: hasFlag(statement, 'user'),
  }),
  invlpg: (context, statement) => ({ kind: 'invlpg', gva: operandAddress(context, statement) }),
  invpcid: invpcidAction,
  cr3: (context, statement) => {
    const { registerBits } = MODES[context.paging];
    const value = valueWithin(context.resolution, argument(statement, 'VALUE'), registerBits, 'cr3');
    return { kind: 'cr3', value: hasFlag(statement, 'noflush') ? value | (1n << 63n) : value };
  },
  cr0: (context, statement) => ({ kind: 'cr0', ...changedBits(context, statement) }),
  cr4: (context, statement) => ({ kind: 'cr4', ...changedBits(context, statement) }),
  efer: (_context, statement) => ({ kind: 'efer', nxe: bitOf(key(statement, 'nxe')!) }),
  'host dirty-log': (context, statement) => ({
    kind: 'dirty-log',
    slot: slotId(context, argument(statement, 'SLOT')),
    on: argument(statement, 'SWITCH').text === 'on',
  }),
  'host get-dirty': (context, statement) => ({
    kind: 'get-dirty',
    slot: slotId(context, argument(statement, 'SLOT')),
  }),
  'host drop': (context, statement) => ({ kind: 'drop', ...pages(context, statement) }),
  'host protect': protectAction,
  'host slot': slotAction,
  'host mmu-pages': (context, statement) => ({
    kind: 'mmu-pages',
    count: numberWithin(context.resolution, argument(statement, 'N'), { least: 0, most: 0xffffffff }),
  }),
  'host nx-recover': () => ({ kind: 'nx-recover' }),
  'host age': (context, statement) => ({
    kind: 'age',
    ...pages(context, statement),
    how: (optionalArgument(statement, 'HOW')?.text ?? 'flush') as 'flush' | 'idle' | 'test',
  }),
};

/** The vCPU of a step: -1 for the host, cpu0 where none is named. */
function stepCpu(context: StepContext, statement: Statement): number {
  if (statement.host) return -1;
  const cpu = statement.cpu ?? 0;
  const { vcpus } = context.machine;
  if (cpu < vcpus) return cpu;
  const span = { ...statement.span, length: `cpu${cpu}`.length };
  report(context.resolution, span, 'no-such-cpu', cpu, vcpus);
  return 0;
}

/** One step, or null if it is refused as a whole (which is reported). Problems of its words are reported, too. */
export function checkStep(context: StepContext, statement: Statement): Step | null {
  const { resolution, machine } = context;
  const name = statementName(statement.verb, statement.host);
  const cpu = stepCpu(context, statement);
  if (statement.host && machine.kind === 'bare') {
    report(resolution, statement.span, 'needs-hypervisor', name);
    return null;
  }
  if (refuseUnsupported(resolution, name, statement.span)) return null;
  const action = ACTIONS[name]?.(context, statement);
  return action === undefined ? null : { text: statement.text, span: statement.span, cpu, ...action };
}
