/** The rows of golden/access-matrix.csv: what a processor decides for a combination of control bits, entries and access. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PTE } from '#arch/entry.ts';
import { PF } from '#arch/fault.ts';
import { CR0, CR4, EFER, type PagingMode, pagingMode } from '#arch/paging-mode.ts';
import { GOLDEN } from './golden-scenarios.ts';

export interface AccessRow {
  /** The row as it stands in the file, up to the results. */
  readonly name: string;
  readonly paging: '32' | 'pae' | '4';
  readonly wp: boolean;
  readonly smep: boolean;
  readonly smap: boolean;
  readonly nxe: boolean;
  /** Level of the leaf entry. */
  readonly leafLevel: 1 | 2;
  /** The entry above the leaf in the scenario language's bits, without its address; null where it is a plain one. */
  readonly upper: string | null;
  readonly leaf: string;
  readonly access: 'read' | 'write' | 'exec';
  readonly user: boolean;
  readonly ac: boolean;
  readonly expected: AccessResult;
  /** What the processor did that made the recording: the A flags of upper entries differ, for it sets them early. */
  readonly processor: AccessResult;
}

/** What is seen of an access: `ok` or the #PF error code, and the A and D bits of leaf and the A bit of upper afterwards. */
export interface AccessResult {
  readonly outcome: string;
  readonly leaf: string;
  readonly upper: string;
}

/**
 * A row of the file; the expected result is that of KVM's columns, which is the architecture's. The processor's error codes
 * are the same but for P, which it leaves clear where a reserved bit is set.
 */
function row(line: string): AccessRow {
  const cells = line.split(',');
  const cell = (index: number): string => cells[index] as string;
  return {
    name: cells.slice(0, 11).join(','),
    paging: cell(0) as AccessRow['paging'],
    wp: cell(1) === '1',
    smep: cell(2) === '1',
    smap: cell(3) === '1',
    nxe: cell(4) === '1',
    leafLevel: cell(5) === '4K' ? 1 : 2,
    upper: cell(6) === '-' ? null : cell(6),
    leaf: cell(7),
    access: cell(8) as AccessRow['access'],
    user: cell(9) === 'user',
    ac: cell(10) === '1',
    expected: { outcome: cell(14), leaf: cell(15), upper: cell(16) },
    processor: { outcome: cell(14), leaf: cell(12), upper: cell(13) },
  };
}

export const accessRows = (): AccessRow[] =>
  readFileSync(join(GOLDEN, 'access-matrix.csv'), 'utf8').trim().split('\n').slice(1).map(row);

const NAMED_BITS: Readonly<Record<string, bigint>> = {
  p: 1n,
  w: 2n,
  u: 4n,
  a: 0x20n,
  d: 0x40n,
  ps: 0x80n,
  nx: 1n << 63n,
};

/** The value of an entry: its address, its bits, and the reserved bit that `r` stands for in an entry of that kind. */
export function entryValue(bits: string, address: bigint, large: boolean, fourBytes: boolean): bigint {
  if (bits === '0') return 0n;
  const reserved = large ? (fourBytes ? 1n << 21n : 1n << 13n) : 1n << 51n;
  return bits
    .split('|')
    .reduce(
      (value, bit) => value | (bit === 'r' ? reserved : (NAMED_BITS[bit] as bigint)),
      address | (large ? 0x80n : 0n),
    );
}

export function rowMode(one: AccessRow): PagingMode {
  const bit = (on: boolean, mask: number): number => (on ? mask : 0);
  return pagingMode(
    CR0.PE | CR0.PG | bit(one.wp, CR0.WP),
    CR4.PSE | bit(one.paging !== '32', CR4.PAE) | bit(one.smep, CR4.SMEP) | bit(one.smap, CR4.SMAP),
    bit(one.paging === '4', EFER.LME | EFER.LMA) | bit(one.nxe, EFER.NXE),
  );
}

/** The access as error-code bits. */
export const accessCode = (one: AccessRow): number =>
  (one.access === 'write' ? PF.write : one.access === 'exec' ? PF.fetch : 0) | (one.user ? PF.user : 0);

/** A and D of an entry as the file writes them. */
export const usedFlags = (flags: number): string =>
  (flags & PTE.accessed ? 'A' : '') + (flags & PTE.dirty ? 'D' : '');

/** Leaf entries that the file combines, by size and width of entries. */
const LEAVES_4K = ['p|w', 'p|u', 'p|w|u', '0', 'w|u', 'p|w|u|ps', 'p|w|u|a', 'p|w|u|a|d', 'p'];
const WIDE_LEAVES_4K = [...LEAVES_4K, 'p|w|u|r', 'p|nx', 'p|w|nx', 'p|u|nx', 'p|w|u|nx', 'p|r', 'r'];
const LEAVES_4M = ['p|w', 'p|u', 'p|w|u', '0', 'p|w|u|a|d', 'p', 'p|w|u|r'];
const LEAVES_2M = [...LEAVES_4M, 'p|nx', 'p|w|nx', 'p|u|nx', 'p|w|u|nx'];
const UPPERS = ['p|w|u', 'p|u', 'p|w', '0'];
const WIDE_UPPERS = [...UPPERS, 'p|w|u|nx', 'p|w|u|r'];
const BOTH = [false, true];

/** Every combination of the columns' values, of which the file has a part, with the result that the manuals give. */
export function allRows(): AccessRow[] {
  const rows: AccessRow[] = [];
  for (const paging of ['32', 'pae', '4'] as const)
    for (const wp of BOTH)
      for (const smep of BOTH)
        for (const smap of BOTH)
          for (const nxe of paging === '32' ? [false] : BOTH)
            for (const tables of tableRows(paging))
              for (const request of accessRequests(smap)) {
                const one = { paging, wp, smep, smap, nxe, ...tables, ...request };
                const expected = manualResult(one);
                rows.push({ ...one, name: JSON.stringify(one), expected, processor: expected });
              }
  return rows;
}

type TableColumns = Pick<AccessRow, 'leafLevel' | 'upper' | 'leaf'>;

function tableRows(paging: AccessRow['paging']): TableColumns[] {
  const small = paging === '32' ? LEAVES_4K : WIDE_LEAVES_4K;
  const large = paging === '32' ? LEAVES_4M : LEAVES_2M;
  const uppers = paging === '32' ? UPPERS : WIDE_UPPERS;
  const largeUppers = paging === '4' ? WIDE_UPPERS : [null];
  return [
    ...uppers.flatMap((upper) => small.map((leaf): TableColumns => ({ leafLevel: 1, upper, leaf }))),
    ...largeUppers.flatMap((upper) => large.map((leaf): TableColumns => ({ leafLevel: 2, upper, leaf }))),
  ];
}

type Request = Pick<AccessRow, 'access' | 'user' | 'ac'>;

const accessRequests = (smap: boolean): Request[] =>
  (['read', 'write', 'exec'] as const).flatMap((access) =>
    BOTH.flatMap((user) =>
      (smap && !user && access !== 'exec' ? BOTH : [false]).map((ac): Request => ({ access, user, ac })),
    ),
  );

/** The manuals' rules (Intel SDM vol. 3, 4.6 and 4.7), over bits by name: a second opinion on the walk. */
function manualResult(one: Omit<AccessRow, 'name' | 'expected' | 'processor'>): AccessResult {
  const path = [...(one.upper === null ? [] : [one.upper]), one.leaf].map((bits) => new Set(bits.split('|')));
  const leaf = path.at(-1) as Set<string>;
  const flags = (entry: Set<string>): string => (entry.has('a') ? 'A' : '') + (entry.has('d') ? 'D' : '');
  const seesFetch = one.access === 'exec' && (one.nxe || one.smep);
  const asked = (one.access === 'write' ? 2 : 0) + (one.user ? 4 : 0) + (seesFetch ? 16 : 0);
  const fault = (reason: number): AccessResult => ({
    outcome: `0x${(asked + reason).toString(16)}`,
    leaf: flags(leaf),
    upper: '',
  });
  for (const entry of path) {
    if (!entry.has('p')) return fault(0);
    if (entry.has('r') || (entry.has('nx') && !one.nxe)) return fault(9);
  }
  const all = (bit: string): boolean => path.every((entry) => entry.has(bit));
  const userPage = all('u');
  const write = one.access === 'write';
  const forbidden = one.user
    ? !userPage || (write && !all('w'))
    : (write && one.wp && !all('w')) ||
      (userPage && (one.access === 'exec' ? one.smep : one.smap && !one.ac));
  if (forbidden || (one.access === 'exec' && path.some((entry) => entry.has('nx')))) return fault(1);
  return {
    outcome: 'ok',
    leaf: `A${write || leaf.has('d') ? 'D' : ''}`,
    upper: one.upper === null ? '' : 'A',
  };
}
