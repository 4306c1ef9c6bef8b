/**
 * Tags: which context an entry was made in, and so who may use it. Intel SDM vol. 3 sections 4.10.1 and 29.4; AMD APM vol. 2 sections
 * 5.5.1 and 15.16.
 *
 * A context gets a *stamp*, a number that is never given twice, and entries carry it. There are two kinds: of linear addresses
 * (a VPID or ASID, and in it a PCID; pages that are global have a stamp for all PCIDs), and of nested tables (an EPTP; AMD's processors tag these
 * with the ASID alone). Forgetting a context takes its stamp away; forgetting all of a kind makes all stamps up to now void.
 * One vCPU runs under one VPID or ASID only, so that is a number for people; a new one is all new stamps.
 */
import { CR4 } from '#arch/paging-mode.ts';
import { VCPU } from '#machine/vcpu.ts';
import type { Machine } from '#machine/words.ts';
import { PCIDS, ROOTS, TLB, tlbOf } from './record.ts';

function freshStamp(m: Machine, tlb: number): number {
  const stamp = m.get(tlb + TLB.last_stamp) + 1;
  m.set(tlb + TLB.last_stamp, stamp);
  return stamp;
}

/** Place of the pair (number, stamp) that a context has in a table of so many; whoever had it before loses it. */
const pairOf = (table: number, size: number, id: number): number =>
  table + ((id ^ (id >>> 6)) & (size - 1)) * 2;

/** The stamp of a context, a new one if it has none. @param floor stamps up to this one are void */
function stampOf(m: Machine, tlb: number, pair: number, id: number, floor: number): number {
  if (m.get(pair) !== id || m.get(pair + 1) <= floor) {
    m.set(pair, id);
    m.set(pair + 1, freshStamp(m, tlb));
  }
  return m.get(pair + 1);
}

const pcidOf = (cr4: number, cr3Lo: number): number => (cr4 & CR4.PCIDE ? cr3Lo & 0xfff : 0);

/** The PCID that a vCPU runs with; 0 where CR4.PCIDE is clear. */
export const currentPcid = (m: Machine, vcpu: number): number =>
  pcidOf(m.get(vcpu + VCPU.cr4), m.get(vcpu + VCPU.cr3_lo));

/** Makes the vCPU's PCID the one in use. To be called before entries are looked for. */
export function selectPcid(m: Machine, vcpu: number, tlb: number): void {
  const pcid = currentPcid(m, vcpu);
  if (m.get(tlb + TLB.pcid) === pcid && m.get(tlb + TLB.linear) !== 0) return;
  m.set(tlb + TLB.pcid, pcid);
  if (m.get(tlb + TLB.globals) === 0) m.set(tlb + TLB.globals, freshStamp(m, tlb));
  m.set(tlb + TLB.linear, pcidStamp(m, tlb, pcid));
}

/** The stamp of a PCID. */
export const pcidStamp = (m: Machine, tlb: number, pcid: number): number =>
  stampOf(m, tlb, pairOf(tlb + TLB.pcids, PCIDS, pcid), pcid, m.get(tlb + TLB.linear_floor));

/**
 * The stamp of the linear addresses that a vCPU would use next, read from words alone: its PCID may have changed since entries were
 * looked for. 0 if nothing is known of that PCID.
 */
export function linearStampInUse(words: Int32Array, vcpu: number): number {
  const word = (place: number): number => words[place] as number;
  const tlb = word(vcpu + VCPU.tlb);
  const pcid = pcidOf(word(vcpu + VCPU.cr4), word(vcpu + VCPU.cr3_lo));
  const pair = pairOf(tlb + TLB.pcids, PCIDS, pcid);
  return word(pair) === pcid && word(pair + 1) > word(tlb + TLB.linear_floor) ? word(pair + 1) : 0;
}

/** Makes nested tables those in use. @param root host frame of their top table, or any number that stands for them; 0: there are none */
export function selectRoot(m: Machine, tlb: number, root: number): void {
  if (m.get(tlb + TLB.root) === root && (root === 0 || m.get(tlb + TLB.nested) !== 0)) return;
  m.set(tlb + TLB.root, root);
  m.set(tlb + TLB.nested, root === 0 ? 0 : rootStamp(m, tlb, root));
}

const rootStamp = (m: Machine, tlb: number, root: number): number =>
  stampOf(m, tlb, pairOf(tlb + TLB.roots, ROOTS, root), root, m.get(tlb + TLB.nested_floor));

/** All of a PCID that is not global is forgotten. */
export function forgetPcid(m: Machine, tlb: number, pcid: number): void {
  const pair = pairOf(tlb + TLB.pcids, PCIDS, pcid);
  if (m.get(pair) === pcid) m.set(pair + 1, 0);
  if (m.get(tlb + TLB.pcid) === pcid) m.set(tlb + TLB.linear, 0);
}

/** All of all PCIDs is forgotten but what is global. */
export function forgetPcids(m: Machine, tlb: number): void {
  m.set(tlb + TLB.linear_floor, m.get(tlb + TLB.last_stamp));
  m.set(tlb + TLB.linear, 0);
}

/** Global pages are forgotten. */
export const forgetGlobals = (m: Machine, tlb: number): void => m.set(tlb + TLB.globals, freshStamp(m, tlb));

/** All that came from some nested tables is forgotten. */
export function forgetRoot(m: Machine, tlb: number, root: number): void {
  const pair = pairOf(tlb + TLB.roots, ROOTS, root);
  if (m.get(pair) === root) m.set(pair + 1, 0);
  if (m.get(tlb + TLB.root) === root) m.set(tlb + TLB.nested, 0);
}

/** All that came from any nested tables is forgotten. */
export function forgetRoots(m: Machine, tlb: number): void {
  m.set(tlb + TLB.nested_floor, m.get(tlb + TLB.last_stamp));
  m.set(tlb + TLB.nested, 0);
}

/** Gives a vCPU its VPID or ASID. */
export function setTag(m: Machine, vcpu: number, tag: number): void {
  const tlb = tlbOf(m, vcpu);
  if (tlb !== 0) m.set(tlb + TLB.tag, tag);
}
