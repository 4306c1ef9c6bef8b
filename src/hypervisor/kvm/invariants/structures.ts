/** What the rules look at: KVM's shadow pages and their entries, gathered once from the machine's words. */
import { is_last_spte, is_shadow_present_pte } from '#hypervisor/kvm/mmu/spte.ts';
import { pageName, shadowPagesInUse } from '#hypervisor/kvm/shadow_pages.ts';
import { is_obsolete_sp, roleLevel, SP, SPTE_ENT_PER_PAGE } from '#hypervisor/kvm/structs.ts';
import { FRAME_SHIFT, frameOwner } from '#machine/words.ts';

/** A shadow page in use, with the words that are asked for most. */
export interface ShadowPage {
  readonly sp: number;
  readonly name: string;
  readonly gfn: number;
  readonly role: number;
  readonly level: number;
  /** Place of its first entry. */
  readonly table: number;
  readonly obsolete: boolean;
  /** The TDP MMU's: in no hash and no reverse map, with one parent at most. */
  readonly tdp: boolean;
}

/** A present entry of a page in use. */
export interface PresentEntry {
  readonly page: ShadowPage;
  readonly index: number;
  readonly place: number;
  readonly leaf: boolean;
}

export interface Structures {
  readonly words: Int32Array;
  readonly pages: readonly ShadowPage[];
  readonly bySp: ReadonlyMap<number, ShadowPage>;
  readonly present: readonly PresentEntry[];
}

/** Tells of something that does not hold, in words. */
export type Tell = (what: string) => void;

/** One family of rules: looks at all that it is about, and tells what does not hold. */
export type Rule = (structures: Structures, tell: Tell) => void;

/** Gathers what the rules look at. */
export function structuresOf(words: Int32Array): Structures {
  const pages = shadowPagesInUse(words).map((sp) => shadowPage(words, sp));
  return {
    words,
    pages,
    bySp: new Map(pages.map((page) => [page.sp, page])),
    present: pages.flatMap((page) => presentEntries(words, page)),
  };
}

function shadowPage(words: Int32Array, sp: number): ShadowPage {
  const role = words[sp + SP.role] as number;
  return {
    sp,
    name: pageName(words, sp),
    gfn: words[sp + SP.gfn] as number,
    role,
    level: roleLevel(role),
    table: (words[sp + SP.spt] as number) << FRAME_SHIFT,
    obsolete: is_obsolete_sp(words, sp),
    tdp: words[sp + SP.tdp_mmu_page] !== 0,
  };
}

function presentEntries(words: Int32Array, page: ShadowPage): PresentEntry[] {
  const entries: PresentEntry[] = [];
  for (let index = 0; index < SPTE_ENT_PER_PAGE; index++) {
    const place = page.table + index * 2;
    const flags = words[place + 1] as number;
    if (is_shadow_present_pte(flags))
      entries.push({ page, index, place, leaf: is_last_spte(flags, page.level) });
  }
  return entries;
}

/** What people call the entry at a place: `t3[5]`. */
export function entryName({ words, bySp }: Structures, sptep: number): string {
  const page = bySp.get(frameOwner(words, sptep >>> FRAME_SHIFT));
  return page ? `${page.name}[${(sptep - page.table) >>> 1}]` : `an entry at ${sptep} of no page in use`;
}

/** Adds one to what is counted under a key. */
export const countOne = (counts: Map<number, number>, key: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
