/**
 * The paging mode that a processor's control registers select, and how it cuts a linear address.
 * Intel SDM vol. 3 section 4.1; AMD APM vol. 2 section 5.1.
 *
 *     4 levels, 8-byte entries       63…48 sign | 47…39 L4 | 38…30 L3 | 29…21 L2 | 20…12 L1 | 11…0 offset
 *     PAE, 3 levels (32-bit)                            31…30 L3 | 29…21 L2 | 20…12 L1 | 11…0 offset
 *     32-bit, 2 levels, 4-byte entries                             31…22 L2 | 21…12 L1 | 11…0 offset
 */

export type PagingName = 'off' | '32' | 'pae' | '4' | '5';

/** Control-register bits that paging looks at. */
export const CR0 = { PE: 1, WP: 1 << 16, PG: 1 << 31 } as const;
export const CR4 = {
  PSE: 1 << 4,
  PAE: 1 << 5,
  PGE: 1 << 7,
  LA57: 1 << 12,
  PCIDE: 1 << 17,
  SMEP: 1 << 20,
  SMAP: 1 << 21,
} as const;
export const EFER = { LME: 1 << 8, LMA: 1 << 10, NXE: 1 << 11 } as const;

/** A paging mode: everything about a walk that does not depend on the address or the entries. */
export interface PagingMode {
  readonly name: PagingName;
  /** Levels of tables; 0 with paging off. */
  readonly levels: 0 | 2 | 3 | 4 | 5;
  /** Bytes of an entry. */
  readonly entryBytes: 4 | 8;
  /** Width of a linear address in bits. */
  readonly linearBits: 32 | 48 | 57;
  readonly wp: boolean;
  readonly nxe: boolean;
  readonly pse: boolean;
  readonly smep: boolean;
  readonly smap: boolean;
}

const SHAPES = {
  off: { levels: 0, entryBytes: 4, linearBits: 32 },
  '32': { levels: 2, entryBytes: 4, linearBits: 32 },
  pae: { levels: 3, entryBytes: 8, linearBits: 32 },
  '4': { levels: 4, entryBytes: 8, linearBits: 48 },
  '5': { levels: 5, entryBytes: 8, linearBits: 57 },
} as const;

/** The name of the mode that CR0, CR4 and EFER (low words) select. */
export function pagingName(cr0: number, cr4: number, efer: number): PagingName {
  if (!(cr0 & CR0.PG)) return 'off';
  if (!(cr4 & CR4.PAE)) return '32';
  if (!(efer & EFER.LME)) return 'pae';
  return cr4 & CR4.LA57 ? '5' : '4';
}

/** The paging mode that CR0, CR4 and EFER (low words) select. */
export function pagingMode(cr0: number, cr4: number, efer: number): PagingMode {
  const name = pagingName(cr0, cr4, efer);
  return {
    name,
    ...SHAPES[name],
    wp: (cr0 & CR0.WP) !== 0,
    nxe: (efer & EFER.NXE) !== 0 && name !== '32' && name !== 'off',
    pse: (cr4 & CR4.PSE) !== 0 || name !== '32',
    smep: (cr4 & CR4.SMEP) !== 0,
    smap: (cr4 & CR4.SMAP) !== 0,
  };
}

/** Index into the level-`level` table (1 = last) for a linear address given as a plain pair. */
export function tableIndex(
  mode: Pick<PagingMode, 'entryBytes'>,
  level: number,
  hi: number,
  lo: number,
): number {
  if (mode.entryBytes === 4) return level === 2 ? lo >>> 22 : (lo >>> 12) & 0x3ff;
  switch (level) {
    case 1:
      return (lo >>> 12) & 0x1ff;
    case 2:
      return (lo >>> 21) & 0x1ff;
    case 3:
      return ((hi << 2) | (lo >>> 30)) & 0x1ff;
    case 4:
      return (hi >>> 7) & 0x1ff;
    default:
      return (hi >>> 16) & 0x1ff;
  }
}

/** log2 of the number of 4 KiB frames that one entry of a level-`level` table covers. */
export const levelShift = (mode: Pick<PagingMode, 'entryBytes'>, level: number): number =>
  (level - 1) * (mode.entryBytes === 4 ? 10 : 9);

/** The lowest and the highest bit of a linear address that index the level-`level` table. */
export function indexBits(
  mode: Pick<PagingMode, 'entryBytes' | 'levels'>,
  level: number,
): { low: number; high: number } {
  const width = mode.entryBytes === 4 ? 10 : 9;
  const low = 12 + (level - 1) * width;
  const high = mode.levels === 3 && level === 3 ? 31 : low + width - 1;
  return { low, high };
}

/** Bits 43..12 of an address (plain pair). */
export const frameOfAddress = (hi: number, lo: number): number => (lo >>> 12) | (hi << 20);
