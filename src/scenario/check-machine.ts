/** The `machine` and `guest` statements with their defaults, and what follows from the paging mode. */

import { MAX_PHYSICAL_BITS, MAX_VCPUS } from './limits.ts';
import type { Statement } from './parse.ts';
import {
  bitOf,
  key,
  numberWithin,
  optionalArgument,
  type Resolution,
  refuseUnsupported,
  report,
  valueWithin,
} from './resolution.ts';
import type { Guest, Machine, MachineKind, MmuKind, PageSize, Paging } from './scenario.ts';
import { findStatement } from './statements.ts';

/** What a paging mode allows: bits of virtual addresses and registers, bytes of an entry, page sizes. */
export interface Mode {
  readonly addressBits: number;
  readonly registerBits: 32 | 64;
  readonly entryBits: 32 | 64;
  readonly sizes: readonly PageSize[];
  readonly hasNx: boolean;
}

const MODE_32: Mode = {
  addressBits: 32,
  registerBits: 32,
  entryBits: 32,
  sizes: [0x1000, 0x400000],
  hasNx: false,
};

/** Without paging a guest's tables, if it has any, are those that it will turn on: 32-bit ones. */
export const MODES: Readonly<Record<Paging, Mode>> = {
  off: MODE_32,
  '32': MODE_32,
  pae: { addressBits: 32, registerBits: 32, entryBits: 64, sizes: [0x1000, 0x200000], hasNx: true },
  '4': {
    addressBits: 48,
    registerBits: 64,
    entryBits: 64,
    sizes: [0x1000, 0x200000, 0x40000000],
    hasNx: true,
  },
  '5': {
    addressBits: 57,
    registerBits: 64,
    entryBits: 64,
    sizes: [0x1000, 0x200000, 0x40000000],
    hasNx: true,
  },
};

/** Ways to virtualize memory, by hypervisor; the first is what is meant where none is named. */
export const MMUS: Readonly<Record<MachineKind, readonly MmuKind[]>> = {
  bare: ['none'],
  kvm: ['shadow', 'tdp', 'tdp-legacy'],
  xen: ['shadow', 'hap', 'pv', 'shadow-v1'],
};

/** The kind of machine that a statement asks for. */
export function machineKind(statement: Statement | undefined): MachineKind {
  const word = statement && optionalArgument(statement, 'KIND');
  return (word?.text ?? 'kvm') as MachineKind;
}

function resolveMmu(resolution: Resolution, statement: Statement | undefined, kind: MachineKind): MmuKind {
  const allowed = MMUS[kind];
  const word = statement && key(statement, 'mmu');
  if (statement === undefined || word === undefined) return allowed[0]!;
  if (kind === 'bare') {
    report(resolution, word.span, 'not-on-bare', 'mmu');
    return 'none';
  }
  const mmu = word.text as MmuKind;
  if (!allowed.includes(mmu)) {
    report(resolution, word.span, 'wrong-mmu', allowed, kind, mmu);
    return allowed[0]!;
  }
  refuseUnsupported(resolution, `machine ${kind} mmu=${mmu}`, word.span);
  return mmu;
}

/** Module parameters, and Xen's keys, as written. */
function resolveParameters(resolution: Resolution, statement: Statement | undefined, kind: MachineKind) {
  const parameters: Record<string, string> = {};
  const keys = findStatement('machine', false)?.keys ?? [];
  for (const word of statement?.words ?? []) {
    const spec = word.role === 'key' ? keys.find((each) => each.name === word.name) : undefined;
    if (spec?.parameter !== true && spec?.needs !== 'xen') continue;
    if (kind === 'bare') report(resolution, word.span, 'not-on-bare', word.name);
    parameters[word.name] = word.text;
  }
  return parameters;
}

/** The machine, with the defaults of what was not said (or of all, where there is no statement). */
export function resolveMachine(resolution: Resolution, statement: Statement | undefined): Machine {
  const kind = machineKind(statement);
  if (statement !== undefined) refuseUnsupported(resolution, `machine ${kind}`, statement.span);
  const find = (name: string) => statement && key(statement, name);
  const mmu = resolveMmu(resolution, statement, kind);
  const vendor = (find('vendor')?.text ?? 'amd') as Machine['vendor'];
  const vcpus = find('vcpus');
  const maxphyaddr = find('maxphyaddr');
  const earlyA = find('early-a');
  // Two-dimensional walks of the recorded AMD processor mark upper entries first; nothing else was seen to.
  const marksEarly = kind === 'kvm' && vendor === 'amd' && mmu !== 'shadow';
  return {
    kind,
    mmu,
    vendor,
    vcpus: vcpus ? numberWithin(resolution, vcpus, { least: 1, most: MAX_VCPUS }) : 1,
    tlb: find('tlb')?.text !== 'off',
    maxphyaddr: maxphyaddr
      ? numberWithin(resolution, maxphyaddr, { least: 32, most: MAX_PHYSICAL_BITS })
      : 40,
    earlyA: earlyA ? earlyA.text === 'on' : marksEarly,
    parameters: resolveParameters(resolution, statement, kind),
  };
}

/** The paging mode that a guest starts in. */
export function guestPaging(statement: Statement | undefined): Paging {
  return ((statement && key(statement, 'paging'))?.text ?? '4') as Paging;
}

/**
 * The guest's registers at the start. To be called when all names are known, since `cr3=` may name a space made below.
 * @param firstRoot Root of the first space; 0 without spaces.
 */
export function resolveGuest(
  resolution: Resolution,
  statement: Statement | undefined,
  firstRoot: bigint,
): Guest {
  const paging = guestPaging(statement);
  const flag = (name: string, fallback: boolean) => {
    const word = statement && key(statement, name);
    return word ? bitOf(word) : fallback;
  };
  const mode = MODES[paging];
  const cr3 = statement && key(statement, 'cr3');
  // `home`: a Xen PV guest stays on the tables that its builder made.
  const isHome = cr3?.text === 'home' && resolution.xen && !resolution.names.has('home');
  const root = cr3 && !isHome ? valueWithin(resolution, cr3, mode.registerBits, 'cr3') : firstRoot;
  return {
    paging,
    cr3: isHome ? 0n : root,
    wp: flag('wp', true),
    nxe: flag('nxe', mode.hasNx),
    pse: flag('pse', true),
    pge: flag('pge', false),
    smep: flag('smep', false),
    smap: flag('smap', false),
  };
}
