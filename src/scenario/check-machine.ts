/** The `machine` and `guest` statements with their defaults, and what follows from the paging mode. */

import type { TlbShape } from '#machine/tlb/record.ts';
import { ASIDS, MAX_CACHE_ENTRIES, MAX_PHYSICAL_BITS, MAX_TLB_ENTRIES, MAX_VCPUS } from './limits.ts';
import type { Statement, Word } from './parse.ts';
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

const DEFAULT_ASIDS = 8;

/** What a processor remembers without a word about it: small enough to be looked at, large enough to be of use. */
const DEFAULT_TLB = { entries: 64, ways: 4, large: 8, frames: 32, pde: 16, pdpte: 4, pml4e: 4 } as const;

function resolveTlb(resolution: Resolution, find: (name: string) => Word | undefined): TlbShape {
  const size = (name: string, fallback: number, least: number, most: number): number => {
    const word = find(name);
    return word ? numberWithin(resolution, word, { least, most }) : fallback;
  };
  const powerOfTwo = (name: string, fallback: number, least: number, most: number): number => {
    const found = size(name, fallback, least, most);
    const word = find(name);
    if (word && found & (found - 1)) report(resolution, word.span, 'no-power-of-two', name, found);
    return found;
  };
  const entries = powerOfTwo('tlb-entries', DEFAULT_TLB.entries, 1, MAX_TLB_ENTRIES);
  const ways = powerOfTwo('tlb-ways', Math.min(DEFAULT_TLB.ways, entries), 1, MAX_CACHE_ENTRIES);
  const waysWord = find('tlb-ways');
  if (waysWord && ways > entries) report(resolution, waysWord.span, 'too-many-ways', ways, entries);
  const cache = (name: string, fallback: number): number =>
    find('psc')?.text === 'off' ? 0 : size(name, fallback, 0, MAX_CACHE_ENTRIES);
  const upper = cache('psc-pml4e', DEFAULT_TLB.pml4e);
  return {
    entries,
    ways,
    large: size('tlb-large', DEFAULT_TLB.large, 0, MAX_CACHE_ENTRIES),
    frames: powerOfTwo('tlb-nested', DEFAULT_TLB.frames, 0, MAX_TLB_ENTRIES),
    tables: [0, cache('psc-pde', DEFAULT_TLB.pde), cache('psc-pdpte', DEFAULT_TLB.pdpte), upper, upper],
  };
}

/** The machine, with the defaults of what was not said (or of all, where there is no statement). */
export function resolveMachine(resolution: Resolution, statement: Statement | undefined): Machine {
  const kind = machineKind(statement);
  if (statement !== undefined) refuseUnsupported(resolution, `machine ${kind}`, statement.span);
  const find = (name: string) => statement && key(statement, name);
  if (kind === 'bare')
    for (const word of [find('tlb-nested'), find('asids'), find('flushbyasid')])
      if (word) report(resolution, word.span, 'not-on-bare', word.name);
  const mmu = resolveMmu(resolution, statement, kind);
  const vendor = (find('vendor')?.text ?? 'amd') as Machine['vendor'];
  const vcpus = find('vcpus');
  const maxphyaddr = find('maxphyaddr');
  const earlyA = find('early-a');
  const asids = find('asids');
  // Two-dimensional walks of the recorded AMD processor mark upper entries first; nothing else was seen to.
  const marksEarly = kind === 'kvm' && vendor === 'amd' && mmu !== 'shadow';
  return {
    kind,
    mmu,
    vendor,
    vcpus: vcpus ? numberWithin(resolution, vcpus, { least: 1, most: MAX_VCPUS }) : 1,
    tlb: find('tlb')?.text === 'off' ? null : resolveTlb(resolution, find),
    maxphyaddr: maxphyaddr
      ? numberWithin(resolution, maxphyaddr, { least: 32, most: MAX_PHYSICAL_BITS })
      : 40,
    earlyA: earlyA ? earlyA.text === 'on' : marksEarly,
    asids: asids ? numberWithin(resolution, asids, { least: 1, most: ASIDS - 1 }) : DEFAULT_ASIDS,
    flushByAsid: find('flushbyasid')?.text !== 'off',
    parameters: resolveParameters(resolution, statement, kind),
  };
}

/** CR4.PCIDE at the start, which only 64-bit guests can set. */
function hasPcid(resolution: Resolution, statement: Statement | undefined, paging: Paging): boolean {
  const word = statement && key(statement, 'pcide');
  if (!word || !bitOf(word)) return false;
  if (MODES[paging].registerBits !== 64) report(resolution, word.span, 'pcid-mode', paging);
  return true;
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
    pcide: hasPcid(resolution, statement, paging),
    smep: flag('smep', false),
    smap: flag('smap', false),
  };
}
