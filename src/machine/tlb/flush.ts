/**
 * What makes a processor forget, and what exactly: the instructions of a guest and of a hypervisor, faults, and entries into a guest.
 * Each tells the log. Intel SDM vol. 3 sections 4.10.4.1 and 29.4.3.1; AMD APM vol. 2 sections 5.5.2 and 15.16.
 *
 * What a guest does reaches its own VPID or ASID only, and never guest-physical translations; of what came through nested tables it
 * goes whatever these were.
 */
import { EVENT, type Note } from '#machine/events.ts';
import type { Machine } from '#machine/words.ts';
import { forgetFrame } from './frames.ts';
import { TLB, tlbOf } from './record.ts';
import { forgetPath, forgetTables } from './tables.ts';
import {
  currentPcid,
  forgetGlobals,
  forgetPcid,
  forgetPcids,
  forgetRoot,
  forgetRoots,
  pcidStamp,
  selectPcid,
  setTag,
} from './tags.ts';
import { forgetPage, type Meant } from './translations.ts';

/** Tells the log. @param by the instruction, or what else did it @param hi @param lo the address, where one is forgotten */
const tell = (m: Machine, by: string, what: Note, hi = 0, lo = 0): void =>
  m.log.emit(EVENT.tlbFlush, m.log.note(what), m.log.text(by), hi, lo);

/** What is of the PCID in use, or global. */
function ofPcidInUse(m: Machine, vcpu: number, tlb: number): Meant {
  selectPcid(m, vcpu, tlb);
  const [linear, globals] = [m.get(tlb + TLB.linear), m.get(tlb + TLB.globals)];
  return (stamp) => stamp === linear || stamp === globals;
}

const any: Meant = () => true;

/** INVLPG of an address (plain pair): in the PCID in use, or global; and all pointers to tables of that PCID. */
export function invlpg(m: Machine, vcpu: number, hi: number, lo: number): void {
  const tlb = tlbOf(m, vcpu);
  if (tlb === 0) return;
  const isMeant = ofPcidInUse(m, vcpu, tlb);
  forgetPage(m, tlb, hi, lo, isMeant);
  forgetTables(m, tlb, isMeant);
  tell(m, 'INVLPG', 'one address, and the pointers to tables', hi, lo);
}

/** MOV to CR3 without its bit 63, once the register is written: all but global pages, of the PCID that is in use now. */
export function moveToCr3(m: Machine, vcpu: number): void {
  const tlb = tlbOf(m, vcpu);
  if (tlb === 0) return;
  forgetPcid(m, tlb, currentPcid(m, vcpu));
  tell(m, 'MOV to CR3', 'all of the PCID but global pages');
}

/** A change of CR4.PGE, of CR4.PCIDE to 0, or of CR0.PG: all linear addresses. @param by the instruction */
export function forgetLinear(m: Machine, vcpu: number, by: string): void {
  const tlb = tlbOf(m, vcpu);
  if (tlb === 0) return;
  forgetPcids(m, tlb);
  forgetGlobals(m, tlb);
  tell(m, by, 'all linear addresses');
}

/** A change of CR4.SMEP to 1: the PCID in use, and what is global. */
export function forgetPcidInUse(m: Machine, vcpu: number, by: string): void {
  const tlb = tlbOf(m, vcpu);
  if (tlb === 0) return;
  forgetPcid(m, tlb, currentPcid(m, vcpu));
  forgetGlobals(m, tlb);
  tell(m, by, 'all of the PCID');
}

function forgetLinearButGlobals(m: Machine, vcpu: number, by: string): void {
  const tlb = tlbOf(m, vcpu);
  if (tlb === 0) return;
  forgetPcids(m, tlb);
  tell(m, by, 'all linear addresses but global pages');
}

/** Types of INVPCID, by the words that scenarios have for them: 0, 1, 2 and 3 of the manual. */
export type InvpcidType = 'address' | 'context' | 'all' | 'all-but-globals';

/** INVPCID. @param pcid for `address` and `context` @param hi @param lo the address (plain pair), for `address` */
export function invpcid(
  m: Machine,
  vcpu: number,
  type: InvpcidType,
  pcid: number,
  hi: number,
  lo: number,
): void {
  const by = 'INVPCID';
  const tlb = tlbOf(m, vcpu);
  if (tlb === 0) return;
  if (type === 'all') forgetLinear(m, vcpu, by);
  else if (type === 'all-but-globals') forgetLinearButGlobals(m, vcpu, by);
  else if (type === 'context') {
    forgetPcid(m, tlb, pcid);
    tell(m, by, 'all of the PCID but global pages');
  } else {
    const stamp = pcidStamp(m, tlb, pcid);
    const isMeant: Meant = (linear) => linear === stamp;
    forgetPage(m, tlb, hi, lo, isMeant);
    forgetPath(m, tlb, hi, lo, isMeant);
    tell(m, by, 'one address of the PCID, unless it is global', hi, lo);
  }
}

/** One address (plain pair) of a guest, in all PCIDs: INVVPID of type 0, INVLPGA. */
export function forgetGuestAddress(m: Machine, vcpu: number, by: string, hi: number, lo: number): void {
  const tlb = tlbOf(m, vcpu);
  if (tlb === 0) return;
  forgetPage(m, tlb, hi, lo, any);
  forgetPath(m, tlb, hi, lo, any);
  tell(m, by, 'one address', hi, lo);
}

/** Types of INVVPID and INVEPT. */
export const INVVPID = { address: 0, context: 1, all: 2, contextButGlobals: 3 } as const;
export const INVEPT = { context: 1, all: 2 } as const;

/** INVVPID, of the vCPU's own VPID. @param hi @param lo the address (plain pair), for INVVPID.address */
export function invvpid(m: Machine, vcpu: number, type: number, hi = 0, lo = 0): void {
  const by = 'INVVPID';
  if (type === INVVPID.address) forgetGuestAddress(m, vcpu, by, hi, lo);
  else if (type === INVVPID.contextButGlobals) forgetLinearButGlobals(m, vcpu, by);
  else forgetLinear(m, vcpu, by);
}

/** INVEPT: what came from the nested tables of a root, or from any. @param root host frame of the top table */
export function invept(m: Machine, vcpu: number, type: number, root: number): void {
  const tlb = tlbOf(m, vcpu);
  if (tlb === 0) return;
  if (type === INVEPT.context) forgetRoot(m, tlb, root);
  else forgetRoots(m, tlb);
  tell(
    m,
    'INVEPT',
    type === INVEPT.context
      ? 'all that came from these nested tables'
      : 'all that came from any nested tables',
  );
}

/** Values of TLB_CONTROL in the control block of a guest. */
export const TLB_CONTROL = { flushAll: 1, flushAsid: 3, flushAsidButGlobals: 7 } as const;

/** VMRUN with a TLB_CONTROL: all of the ASID or of all ASIDs, guest-physical translations too; or all that a guest's MOV to CR3 drops. */
export function tlbControl(m: Machine, vcpu: number, control: number): void {
  const tlb = tlbOf(m, vcpu);
  if (tlb === 0) return;
  const { flushAll, flushAsid, flushAsidButGlobals } = TLB_CONTROL;
  forgetPcids(m, tlb);
  if (control !== flushAsidButGlobals) {
    forgetGlobals(m, tlb);
    forgetRoots(m, tlb);
  }
  tell(
    m,
    'TLB_CONTROL',
    control === flushAll
      ? 'all of all ASIDs'
      : control === flushAsid
        ? 'all of the ASID'
        : 'all of the ASID but global pages',
  );
}

/** The vCPU gets an ASID under which nothing is known yet. What the old one had is of no use any more. */
export function takeAsid(m: Machine, vcpu: number, asid: number): void {
  const tlb = tlbOf(m, vcpu);
  if (tlb === 0) return;
  setTag(m, vcpu, asid);
  forgetPcids(m, tlb);
  forgetGlobals(m, tlb);
  forgetRoots(m, tlb);
  tell(m, 'VMRUN', 'all: a new ASID knows nothing yet');
}

/**
 * A walk for a linear address (plain pair) met a fault: what is known of the address goes, so that a fault of tables as they were does
 * not come again. Tells the log where there was something.
 * @param by the fault @param gfn the guest frame that nested tables do not map as needed; null: they have no part in it
 */
export function forgetFaulting(
  m: Machine,
  vcpu: number,
  by: string,
  hi: number,
  lo: number,
  gfn: number | null,
): void {
  const tlb = tlbOf(m, vcpu);
  if (tlb === 0) return;
  const isMeant = ofPcidInUse(m, vcpu, tlb);
  const parts = [forgetPage(m, tlb, hi, lo, isMeant), forgetPath(m, tlb, hi, lo, isMeant)];
  if (gfn !== null) parts.push(forgetFrame(m, tlb, gfn), forgetPath(m, tlb, gfn >>> 20, gfn << 12, null));
  if (parts.includes(true)) tell(m, by, 'what led to the fault', hi, lo);
}
