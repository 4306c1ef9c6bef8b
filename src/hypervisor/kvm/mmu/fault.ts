/** A fault as KVM's page-fault code hands it around (Linux 6.1: struct kvm_page_fault), and what came of it (RET_PF_*). */
import { PF } from '#arch/fault.ts';

export const RET_PF = {
  CONTINUE: 0,
  RETRY: 1,
  EMULATE: 2,
  INVALID: 3,
  FIXED: 4,
  SPURIOUS: 5,
  EFAULT: -14,
} as const;

export interface KvmPageFault {
  /** The faulting address (plain pair): linear under shadow paging, guest-physical under two-dimensional paging. */
  readonly hi: number;
  readonly lo: number;
  readonly error_code: number;
  readonly present: boolean;
  readonly write: boolean;
  readonly user: boolean;
  readonly rsvd: boolean;
  readonly exec: boolean;
  /** Largest level that may map it; lowered on the way. */
  max_level: number;
  req_level: number;
  goal_level: number;
  huge_page_disallowed: boolean;
  gfn: number;
  /** Place of the slot, 0 for none. */
  slot: number;
  /** Host frame; -1 where no slot is. */
  pfn: number;
  map_writable: boolean;
  mmu_seq: number;
}

/** @param error_code PF bits @param max_level largest page level that the MMU can map */
export function newFault(hi: number, lo: number, error_code: number, max_level: number): KvmPageFault {
  return {
    hi,
    lo,
    error_code,
    present: (error_code & PF.present) !== 0,
    write: (error_code & PF.write) !== 0,
    user: (error_code & PF.user) !== 0,
    rsvd: (error_code & PF.reserved) !== 0,
    exec: (error_code & PF.fetch) !== 0,
    max_level,
    req_level: 1,
    goal_level: 1,
    huge_page_disallowed: false,
    gfn: 0,
    slot: 0,
    pfn: -1,
    map_writable: false,
    mmu_seq: 0,
  };
}
