/**
 * What the guest's instructions ask of the processor, whatever tables it walks: shadow tables (hardware.ts; shadow_exits.ts for what
 * leaves the guest) or the guest's own through nested ones (tdp_hardware.ts; tdp_exits.ts).
 */
import { OK, type Outcome } from '#hypervisor/hypervisor.ts';
import type { FaultHandlers } from '#hypervisor/kvm/mmu/page_fault.ts';
import type { Vcpu } from './structs.ts';

/**
 * What an instruction came to that did not get its page: it left the guest, KVM dealt with that, and it begins again; KVM gave up;
 * or the processor raised an exception in the guest, without leaving it.
 */
export type Left = 'again' | 'efault' | 'internal' | 'raised';

/** What an instruction did: its outcome, and whether KVM did it, so that the guest is entered once more. */
export interface Done {
  readonly outcome: Outcome;
  readonly emulated: boolean;
  /** The next instruction is fetched by other tables than this one. */
  readonly changesMapping?: boolean;
}

/** An instruction that the processor did, and that has nothing to tell. */
export const DONE: Done = { outcome: OK, emulated: false };

/** One translation that an instruction needs. */
export interface Translation {
  /** Linear address (plain pair). */
  readonly hi: number;
  readonly lo: number;
  /** PF.write, PF.user, PF.fetch */
  readonly access: number;
  /** RFLAGS.AC */
  readonly ac: boolean;
  /** Privilege bit of the code that an event interrupts, where one is being delivered; else null. */
  readonly delivering: number | null;
  readonly emulate: FaultHandlers['emulate'];
  /** The processor raises an exception itself. @param error null where it has no error code */
  readonly raise: (vector: number, error: number | null) => void;
}

/** How a guest's linear addresses become host frames. */
export interface GuestMmu {
  /** The host frame of the 4 KiB page that an address lies in, or what came of it. */
  translate(vcpu: Vcpu, wanted: Translation): number | Left;
}
