/**
 * What a guest and a host can do to a machine, whoever manages its memory. One step of a scenario is one call; the events
 * are in the machine's log, the call's value is what the guest or the host's caller saw.
 */
import type { InvpcidType } from '#machine/tlb/flush.ts';
import type { Machine } from '#machine/words.ts';

export type Width = 1 | 2 | 4 | 8;

/** A data access or a fetch by a guest's instruction. The address and the value are plain pairs. */
export interface Access {
  readonly kind: 'read' | 'write' | 'exec';
  readonly hi: number;
  readonly lo: number;
  readonly width: Width;
  readonly user: boolean;
  /** RFLAGS.AC */
  readonly ac: boolean;
  readonly valueHi: number;
  readonly valueLo: number;
  /** A write whose value is made of what was there. */
  readonly update?: Update;
}

/** An instruction that reads memory, changes what it read and writes it back. */
export interface Update {
  /** The new value from the old one (plain pairs). */
  readonly change: (hi: number, lo: number) => readonly [number, number];
  /** Nobody may come in between (LOCK). */
  readonly locked: boolean;
  /** Page tables are written with it, as KVM sees it; others KVM would rather not emulate. */
  readonly writesTables: boolean;
}

/** What a step came to. */
export type Outcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'value'; readonly hi: number; readonly lo: number }
  | {
      readonly kind: 'exception';
      readonly vector: number;
      readonly error: number | null;
      readonly cr2: readonly [number, number] | null;
    }
  | { readonly kind: 'dirty'; readonly gfns: readonly number[] }
  | { readonly kind: 'young'; readonly young: boolean }
  | { readonly kind: 'run-error'; readonly name: string }
  | { readonly kind: 'error'; readonly name: string }
  /** KVM could not go on (KVM_EXIT_INTERNAL_ERROR); `state`: the registers then, as `name=0x…` words. */
  | { readonly kind: 'internal'; readonly suberror: number; readonly state: string }
  | { readonly kind: 'shutdown' };

/** Control-register changes; what is absent stays. */
export interface ControlChange {
  readonly cr0?: { readonly wp?: boolean; readonly pg?: boolean };
  readonly cr4?: {
    readonly smep?: boolean;
    readonly smap?: boolean;
    readonly pge?: boolean;
    readonly pcide?: boolean;
  };
  readonly efer?: { readonly nxe?: boolean };
}

/** What an INVPCID is told: its type, a PCID (0 where it needs none), an address (plain pair, likewise). */
export interface InvpcidOperand {
  readonly type: InvpcidType;
  readonly pcid: number;
  readonly hi: number;
  readonly lo: number;
}

/** A machine under one hypervisor. Every method may throw LimitExceeded. */
export interface Hypervisor {
  readonly machine: Machine;
  access(cpu: number, access: Access): Outcome;
  invlpg(cpu: number, hi: number, lo: number): Outcome;
  invpcid(cpu: number, operand: InvpcidOperand): Outcome;
  /** MOV to CR3; bit 63 of the value asks not to flush. */
  writeCr3(cpu: number, hi: number, lo: number): Outcome;
  control(cpu: number, change: ControlChange): Outcome;
  readonly host: HostActions;
}

/** What the host's caller can do to a machine. */
export interface HostActions {
  dirtyLog(slot: number, on: boolean): Outcome;
  getDirty(slot: number): Outcome;
  drop(gpa: number, size: number): Outcome;
  protect(gpa: number, size: number, writable: boolean): Outcome;
  setSlot(slot: {
    readonly id: number;
    readonly gpa: number;
    readonly size: number;
    readonly ro: boolean;
    readonly log: boolean;
  }): Outcome;
  deleteSlot(id: number): Outcome;
  mmuPages(count: number): Outcome;
  /** What a thread of KVM's does from time to time: tables below pages that may be large again are given up. */
  recoverNx(): Outcome;
  age(gpa: number, size: number, how: 'flush' | 'idle' | 'test'): Outcome;
}

export const OK: Outcome = { kind: 'ok' };
