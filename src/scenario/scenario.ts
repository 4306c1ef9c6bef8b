/**
 * What a scenario means once names, defaults and units are resolved: the machine, its memory, the guest's tables before
 * the start, and the steps. Also where something stands in the text, and what is wrong there.
 * It knows nothing of how a scenario is written (parse.ts) or run.
 */
import type { InvpcidType } from '#machine/tlb/flush.ts';
import type { TlbShape } from '#machine/tlb/record.ts';
import type { Told } from './messages.ts';

/** A place in the text. Lines and columns begin at 1; columns and length count UTF-16 code units. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** One fault of a scenario: where, and what was expected there. */
export interface Problem extends Told {
  readonly span: Span;
}

export type MachineKind = 'bare' | 'kvm' | 'xen';
export type MmuKind = 'shadow' | 'tdp' | 'tdp-legacy' | 'hap' | 'pv' | 'shadow-v1' | 'none';
export type Paging = 'off' | '32' | 'pae' | '4' | '5';

/** Bytes of a data access. */
export type Width = 1 | 2 | 4 | 8;

/** Bytes of a page that one entry maps: 4 KiB, 2 MiB, 4 MiB or 1 GiB. */
export type PageSize = 0x1000 | 0x200000 | 0x400000 | 0x40000000;

export interface Machine {
  readonly kind: MachineKind;
  /** `none` for a bare machine. */
  readonly mmu: MmuKind;
  readonly vendor: 'amd' | 'intel';
  readonly vcpus: number;
  /** Null: nothing is remembered between walks. */
  readonly tlb: TlbShape | null;
  /** Physical address bits of host and guest. */
  readonly maxphyaddr: number;
  /** Whether the processor's own walk sets A in upper entries before it meets a fault below. */
  readonly earlyA: boolean;
  /** KVM on AMD: the highest ASID, and whether the processor can forget a single one. */
  readonly asids: number;
  readonly flushByAsid: boolean;
  /** Module parameters (Xen: command-line keys), name to value as written. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The control registers that every vCPU starts with. */
export interface Guest {
  readonly paging: Paging;
  /** The named root, else the first space's, else 0. */
  readonly cr3: bigint;
  readonly wp: boolean;
  readonly nxe: boolean;
  readonly pse: boolean;
  readonly pge: boolean;
  readonly pcide: boolean;
  readonly smep: boolean;
  readonly smap: boolean;
}

/** A memory slot: `size` bytes from guest-physical `gpa`, both whole pages. */
export interface Slot {
  readonly id: number;
  readonly gpa: number;
  readonly size: number;
  readonly ro: boolean;
  readonly log: boolean;
  /** Backed by 2 MiB host pages; else by 4 KiB ones only. */
  readonly huge: boolean;
  /** Backed by 1 GiB host pages; `gpa` and `size` are multiples of 1 GiB. */
  readonly gigantic: boolean;
}

/** The page that guest instructions are fetched from; `ugva` is where user code sees it, if elsewhere. */
export interface Stub {
  readonly gva: bigint;
  readonly gpa: number;
  readonly ugva: bigint | null;
}

/** What prepares guest memory, in written order. */
export type SetupStatement = { readonly span: Span } & (
  | { readonly kind: 'space'; readonly name: string; readonly pool: number }
  | {
      readonly kind: 'map';
      readonly space: string;
      readonly gva: bigint;
      /** The leaf's address. */
      readonly gpa: bigint;
      /** The leaf's other bits as written, without the page-size bit that `size` implies. */
      readonly bits: bigint;
      readonly size: PageSize;
    }
  | { readonly kind: 'poke'; readonly gpa: number; readonly value: bigint; readonly width: Width }
);

/** What a step does. */
export type Action =
  | {
      readonly kind: 'read';
      readonly gva: bigint;
      readonly width: Width;
      readonly user: boolean;
      readonly ac: boolean;
    }
  | {
      readonly kind: 'write';
      readonly gva: bigint;
      readonly value: bigint;
      readonly width: Width;
      readonly user: boolean;
      readonly ac: boolean;
    }
  | { readonly kind: 'exec'; readonly gva: bigint; readonly user: boolean }
  | { readonly kind: 'invlpg'; readonly gva: bigint }
  | { readonly kind: 'invpcid'; readonly type: InvpcidType; readonly pcid: number; readonly gva: bigint }
  /** Bit 63 of the value: nothing is flushed. */
  | { readonly kind: 'cr3'; readonly value: bigint }
  | { readonly kind: 'cr0'; readonly wp?: boolean; readonly pg?: boolean }
  | {
      readonly kind: 'cr4';
      readonly smep?: boolean;
      readonly smap?: boolean;
      readonly pge?: boolean;
      readonly pcide?: boolean;
    }
  | { readonly kind: 'efer'; readonly nxe: boolean }
  | { readonly kind: 'dirty-log'; readonly slot: number; readonly on: boolean }
  | { readonly kind: 'get-dirty'; readonly slot: number }
  | { readonly kind: 'drop'; readonly gpa: number; readonly size: number }
  | { readonly kind: 'protect'; readonly gpa: number; readonly size: number; readonly writable: boolean }
  | {
      readonly kind: 'slot';
      readonly id: number;
      readonly gpa: number;
      readonly size: number;
      readonly ro: boolean;
      readonly log: boolean;
    }
  | { readonly kind: 'slot-delete'; readonly id: number }
  | { readonly kind: 'mmu-pages'; readonly count: number }
  | { readonly kind: 'nx-recover' }
  | {
      readonly kind: 'age';
      readonly gpa: number;
      readonly size: number;
      readonly how: 'flush' | 'idle' | 'test';
    };

/** One thing that happens. `text` is the statement as written, without comment and outer blanks. */
export type Step = {
  readonly text: string;
  readonly span: Span;
  /** The vCPU, or -1 for the host. */
  readonly cpu: number;
} & Action;

export interface Scenario {
  readonly title: string;
  readonly machine: Machine;
  readonly guest: Guest;
  readonly slots: readonly Slot[];
  readonly stub: Stub | null;
  readonly setup: readonly SetupStatement[];
  readonly steps: readonly Step[];
}
