/**
 * Nested page tables (AMD): the format is that of the host's long mode, each access counts as a user's, and what goes wrong is a
 * nested page fault whose code is a #PF code with two bits above it. AMD APM vol. 2 sections 15.25.5 and 15.25.6.
 */
import { PTE } from './entry.ts';
import { type NestedFormat, pagingFormat } from './entry-format.ts';
import type { BitMeaning } from './fault.ts';
import { nestedNeeds } from './nested-rights.ts';
import { CR0, CR4, EFER, pagingMode } from './paging-mode.ts';
import { ACC } from './permission.ts';

/** Bits of the high word of an #NPF code (EXITINFO1 bits 32 and 33); the low word has PF's. */
export const NPF = {
  /** While the final guest-physical address was translated. */
  final: 1 << 0,
  /** While a table of the guest was read or updated. */
  table: 1 << 1,
} as const;

export const NPF_BITS = [
  { bit: 32, name: 'final', set: 'an access to the translated address', clear: 'not the final address' },
  { bit: 33, name: 'table', set: 'an access to an entry of the guest’s tables', clear: 'not a guest table' },
] as const satisfies readonly BitMeaning[];

/** What the host gives the processor at VMRUN. */
export interface NptRules {
  /** The host's own paging at VMRUN. */
  readonly levels: 4 | 5;
  readonly maxphyaddr: number;
  readonly gigabytePages: boolean;
  /** The host's EFER.NXE. */
  readonly noExecute: boolean;
}

/** NPT: tables as in the host's own paging mode, to which every access is one by user code. APM vol. 2 section 15.25. */
export function nptFormat(rules: NptRules): NestedFormat {
  const mode = pagingMode(
    CR0.PE | CR0.PG | CR0.WP,
    CR4.PAE | (rules.levels === 5 ? CR4.LA57 : 0),
    EFER.LME | EFER.LMA | (rules.noExecute ? EFER.NXE : 0),
  );
  return {
    ...pagingFormat(mode, {
      maxphyaddr: rules.maxphyaddr,
      amd: true,
      gigabytePages: rules.gigabytePages,
      pse36Bits: 8,
    }),
    vendor: 'amd',
    tableNeed: PTE.user | PTE.write,
    needs: nestedNeeds({
      read: PTE.user,
      write: PTE.user | PTE.write,
      execute: PTE.user | (rules.noExecute ? PTE.nx : 0),
      userExecute: PTE.user | (rules.noExecute ? PTE.nx : 0),
    }),
    // W and U stand where ACC has them.
    granted: Uint8Array.from({ length: 8 }, (_, flags) => flags & (ACC.write | ACC.user)),
    noExecute: rules.noExecute ? PTE.nx : 0,
    modeBasedExecute: false,
    exitInformation: false,
  };
}
