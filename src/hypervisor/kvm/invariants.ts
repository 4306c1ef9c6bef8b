/**
 * What must hold of KVM's structures whenever a vCPU is about to run, read from the machine's words alone. Nothing here is KVM's
 * code: KVM keeps these by what it does, and would corrupt the guest if one broke.
 */
import { kvm_page_table_hashfn } from '#hypervisor/kvm/mmu/hash.ts';
import { listedSptes } from '#hypervisor/kvm/mmu/pte_list.ts';
import {
  gfn_to_index,
  gfn_to_rmap,
  gfn_track_slot,
  lpage_info_slot,
} from '#hypervisor/kvm/mmu/slot_arrays.ts';
import {
  is_last_spte,
  is_removed_spte,
  is_writable_pte,
  SPTE,
  spteFormat,
} from '#hypervisor/kvm/mmu/spte.ts';
import { knownHostFrame } from '#machine/host-pages.ts';
import { findSlot, SLOT, slotPlaces } from '#machine/slots.ts';
import { VCPU, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME_SHIFT, frameOwner, HEADER } from '#machine/words.ts';
import {
  ARCH,
  KVM,
  KVM_MMU_HASH_SIZE,
  KVM_NUM_MMU_PREV_ROOTS,
  ROLE,
  ROOT,
  roleLevel,
  SP,
  WHAT_IF,
} from './structs.ts';

const ENTRIES = 512;
const PG_LEVELS = 3;

/** A shadow page in use, with the words that are asked for most. */
export interface ShadowPage {
  readonly sp: number;
  readonly name: string;
  readonly gfn: number;
  readonly role: number;
  readonly level: number;
  /** Place of its first entry. */
  readonly table: number;
  /** Of an older generation, or taken out of use: only its users keep it alive. */
  readonly obsolete: boolean;
  /** The TDP MMU's: in no hash and no reverse map, with one parent at most. */
  readonly tdp: boolean;
}

const kvmPlace = (words: Int32Array): number => words[HEADER.hypervisor] as number;

/** All pages in use: those in the hash, bucket by bucket, then the TDP MMU's roots and tables. */
export function shadowPagesInUse(words: Int32Array): ShadowPage[] {
  const kvm = kvmPlace(words);
  const hash = words[kvm + KVM.mmu_page_hash] as number;
  const pages: ShadowPage[] = [];
  for (let bucket = hash; bucket < hash + KVM_MMU_HASH_SIZE; bucket++) {
    for (let sp = words[bucket] as number; sp !== 0; sp = words[sp + SP.hash_next] as number)
      pages.push(pageAt(words, sp));
  }
  for (const list of [KVM.tdp_mmu_roots, KVM.tdp_mmu_pages]) {
    const head = kvm + list;
    for (let link = words[head] as number; link !== head; link = words[link] as number)
      pages.push(pageAt(words, link - SP.link));
  }
  return pages;
}

function pageAt(words: Int32Array, sp: number): ShadowPage {
  const role = words[sp + SP.role] as number;
  const tdp = words[sp + SP.tdp_mmu_page] !== 0;
  const isOld = !tdp && words[sp + SP.mmu_valid_gen] !== words[kvmPlace(words) + KVM.mmu_valid_gen];
  return {
    sp,
    name: `t${words[sp + SP.serial]}`,
    gfn: words[sp + SP.gfn] as number,
    role,
    level: roleLevel(role),
    table: (words[sp + SP.spt] as number) << FRAME_SHIFT,
    obsolete: (role & ROLE.invalid) !== 0 || isOld,
    tdp,
  };
}

/** The guest frame that entry `index` of a page was made for (kvm_mmu_page_get_gfn, of words). */
export function mappedGfn(words: Int32Array, page: ShadowPage, index: number): number {
  if (page.role & ROLE.direct) return page.gfn + (index << ((page.level - 1) * 9));
  return words[((words[page.sp + SP.shadowed_translation] as number) << FRAME_SHIFT) + index * 2] as number;
}

/** Every invariant that does not hold, in words. Empty where all do. */
export function brokenInvariants(words: Int32Array): string[] {
  const pages = shadowPagesInUse(words);
  const check = new Check(words, pages);
  check.hash();
  check.leaves();
  check.parents();
  check.writeProtection();
  check.unsync();
  check.counts();
  check.tracking();
  check.roots();
  check.removed();
  return check.broken;
}

/** A present entry of a page in use. */
interface PresentEntry {
  readonly page: ShadowPage;
  readonly index: number;
  readonly place: number;
  readonly leaf: boolean;
}

function presentEntries(words: Int32Array, pages: readonly ShadowPage[]): PresentEntry[] {
  const entries: PresentEntry[] = [];
  for (const page of pages) {
    for (let index = 0; index < ENTRIES; index++) {
      const flags = words[page.table + index * 2 + 1] as number;
      if (flags & SPTE.mmuPresent)
        entries.push({ page, index, place: page.table + index * 2, leaf: is_last_spte(flags, page.level) });
    }
  }
  return entries;
}

class Check {
  readonly broken: string[] = [];
  readonly #words: Int32Array;
  readonly #pages: readonly ShadowPage[];
  readonly #byPlace: ReadonlyMap<number, ShadowPage>;
  readonly #present: readonly PresentEntry[];

  constructor(words: Int32Array, pages: readonly ShadowPage[]) {
    this.#words = words;
    this.#pages = pages;
    this.#byPlace = new Map(pages.map((page) => [page.sp, page]));
    this.#present = presentEntries(words, pages);
  }

  /** A page is in its own bucket, once, and its table's frame leads back to it. */
  hash(): void {
    const hash = this.#read(kvmPlace(this.#words) + KVM.mmu_page_hash);
    for (const page of this.#pages) {
      if (frameOwner(this.#words, page.table >>> FRAME_SHIFT) !== page.sp)
        this.#tell(`the frame of ${page.name} does not lead back to it`);
      if (page.tdp) continue;
      const chain: number[] = [];
      const head = this.#read(hash + kvm_page_table_hashfn(page.gfn));
      for (let sp = head; sp !== 0; sp = this.#read(sp + SP.hash_next)) chain.push(sp);
      const at = chain.indexOf(page.sp);
      if (at < 0) this.#tell(`${page.name} is not in the bucket of its frame`);
      else if (this.#read(page.sp + SP.hash_prev) !== (chain[at - 1] ?? 0))
        this.#tell(`${page.name} does not know who is before it in its bucket`);
    }
  }

  /** Leaves: each is in the reverse map of its frame exactly once, maps that frame's memory, and has the rights in order. */
  leaves(): void {
    const expected = new Map<number, number>();
    for (const { page, index, place, leaf } of this.#present) {
      if (!leaf) continue;
      const name = `${page.name}[${index}]`;
      const gfn = mappedGfn(this.#words, page, index);
      const slot = findSlot(this.#words, gfn);
      if (slot === 0) {
        this.#tell(`${name} maps 0x${gfn.toString(16)}, which lies in no slot`);
        continue;
      }
      if (!page.tdp) expected.set(place, gfn_to_rmap(this.#words, gfn, page.level, slot));
      this.#leafFrame(name, page, place, slot, gfn);
      this.#leafRights(name, this.#read(place + 1));
    }
    this.#reverseMap(expected);
  }

  #leafFrame(name: string, page: ShadowPage, place: number, slot: number, gfn: number): void {
    const first = gfn & ~((1 << ((page.level - 1) * 9)) - 1);
    const known = knownHostFrame(this.#words, slot, first - this.#read(slot + SLOT.base_gfn));
    if (known !== this.#read(place))
      this.#tell(`${name} does not map the host frame behind 0x${gfn.toString(16)}`);
  }

  #leafRights(name: string, flags: number): void {
    const { mmuWritable, hostWritable } = spteFormat(this.#words);
    if (is_writable_pte(flags) && !(flags & mmuWritable))
      this.#tell(`${name} is writable, but not MMU-writable`);
    if (flags & mmuWritable && !(flags & hostWritable))
      this.#tell(`${name} is MMU-writable, but not host-writable`);
  }

  /** The reverse maps of all slots hold exactly the entries of `expected` (place of an entry → place of its list). */
  #reverseMap(expected: Map<number, number>): void {
    for (const slot of slotPlaces(this.#words)) {
      const base = this.#read(slot + SLOT.base_gfn);
      const last = base + this.#read(slot + SLOT.npages) - 1;
      for (let level = 1; level <= PG_LEVELS; level++) {
        const first = gfn_to_rmap(this.#words, base, level, slot);
        const end = gfn_to_rmap(this.#words, last, level, slot) + 1;
        for (let head = first; head < end; head++) {
          if (this.#read(head) === 0) continue;
          for (const sptep of listedSptes(this.#words, head)) {
            if (expected.get(sptep) === head) expected.delete(sptep);
            else
              this.#tell(
                `a reverse map names ${this.#entryName(sptep)}, which is no leaf of that frame, or twice`,
              );
          }
        }
      }
    }
    for (const sptep of expected.keys()) this.#tell(`${this.#entryName(sptep)} is in no reverse map`);
  }

  /** Each entry that points to a table is in that table's list of parents exactly once, and nothing else is. */
  parents(): void {
    const expected = new Map<number, number>();
    for (const { page, index, place, leaf } of this.#present) {
      if (leaf) continue;
      const child = this.#byPlace.get(frameOwner(this.#words, this.#read(place)));
      if (!child) this.#tell(`${page.name}[${index}] points to a table that is not in use`);
      else if (child.level !== page.level - 1)
        this.#tell(`${page.name}[${index}] points to ${child.name} of a wrong level`);
      else expected.set(place, child.sp);
    }
    for (const page of this.#pages) {
      for (const sptep of this.#parentsOf(page)) {
        if (expected.get(sptep) === page.sp) expected.delete(sptep);
        else
          this.#tell(
            `${page.name} names the parent ${this.#entryName(sptep)}, which does not point to it, or twice`,
          );
      }
    }
    for (const sptep of expected.keys()) this.#tell(`${this.#entryName(sptep)} is nobody's parent`);
  }

  #parentsOf({ sp, tdp }: ShadowPage): readonly number[] {
    if (!tdp) return listedSptes(this.#words, sp + SP.parent_ptes);
    const ptep = this.#read(sp + SP.ptep);
    return ptep === 0 ? [] : [ptep];
  }

  /** The TDP MMU's mark of an entry that is being taken down is never left behind. */
  removed(): void {
    for (const { tdp, name, table } of this.#pages) {
      for (let index = 0; tdp && index < ENTRIES; index++) {
        if (is_removed_spte(this.#read(table + index * 2 + 1)))
          this.#tell(`${name}[${index}] is marked as removed`);
      }
    }
  }

  /** No writable leaf maps the frame of a guest's table that has a synced shadow page. */
  writeProtection(): void {
    for (const page of this.#pages) {
      if (page.role & ROLE.direct || page.obsolete || this.#read(page.sp + SP.unsync)) continue;
      const slot = findSlot(this.#words, page.gfn);
      for (let level = 1; slot !== 0 && level <= PG_LEVELS; level++) {
        for (const sptep of listedSptes(this.#words, gfn_to_rmap(this.#words, page.gfn, level, slot))) {
          if (is_writable_pte(this.#read(sptep + 1)))
            this.#tell(
              `${this.#entryName(sptep)} lets the guest write the table that ${page.name} shadows in sync`,
            );
        }
      }
    }
  }

  /** Only last-level pages are unsync; the bits of those above lead to all of them, and are counted. */
  unsync(): void {
    for (const page of this.#pages) {
      if (this.#read(page.sp + SP.unsync) && page.level !== 1)
        this.#tell(`${page.name} is unsync above level 1`);
      let bits = 0;
      for (let word = 0; word < ENTRIES / 32; word++)
        bits += countBits(this.#read(page.sp + SP.unsync_child_bitmap + word));
      const children = this.#read(page.sp + SP.unsync_children);
      if (children !== bits) this.#tell(`${page.name} counts ${children} unsync children, its bits ${bits}`);
    }
    for (const { page, index, place, leaf } of this.#present) {
      if (leaf) continue;
      const child = frameOwner(this.#words, this.#read(place));
      const isUnsync = this.#read(child + SP.unsync) !== 0 || this.#read(child + SP.unsync_children) !== 0;
      if (isUnsync && !this.#hasUnsyncBit(page.sp, index))
        this.#tell(`${page.name}[${index}] leads to something unsync, and has no bit`);
    }
  }

  #hasUnsyncBit(sp: number, index: number): boolean {
    return (this.#read(sp + SP.unsync_child_bitmap + (index >>> 5)) & (1 << (index & 31))) !== 0;
  }

  /** The counts of pages, and the list of active ones. */
  counts(): void {
    const kvm = kvmPlace(this.#words);
    const used = this.#read(kvm + KVM.n_used_mmu_pages);
    const hashed = this.#pages.filter(({ tdp }) => !tdp);
    if (used !== hashed.length) this.#tell(`${used} pages are counted, ${hashed.length} are in the hash`);
    const valid = hashed.filter(({ role }) => !(role & ROLE.invalid));
    const indirect = valid.filter(({ role }) => !(role & ROLE.direct)).length;
    const counted = this.#read(kvm + KVM.indirect_shadow_pages);
    if (counted !== indirect)
      this.#tell(`${counted} pages with guest tables are counted, there are ${indirect}`);
    const head = kvm + KVM.active_mmu_pages;
    const active = new Set<number>();
    for (let link = this.#read(head); link !== head && !active.has(link - SP.link); link = this.#read(link)) {
      active.add(link - SP.link);
      if (this.#read(this.#read(link) + 1) !== link)
        this.#tell(`the list of active pages is torn at ${link}`);
    }
    for (const { sp, name } of valid)
      if (!active.delete(sp)) this.#tell(`${name} is not in the list of active pages`);
    for (const sp of active) this.#tell(`the list of active pages has one that is not in use, at ${sp}`);
  }

  /** Write tracking and the bars to large pages are what the shadow pages of each frame add up to. */
  tracking(): void {
    const tracked = new Map<number, number>();
    const barred = new Map<number, number>();
    for (const { role, gfn, level } of this.#pages) {
      const slot = findSlot(this.#words, gfn);
      if (role & (ROLE.direct | ROLE.invalid) || slot === 0) continue;
      if (level > 1 || this.#read(kvmPlace(this.#words) + KVM.what_if) & WHAT_IF.unsyncOff)
        addOne(tracked, gfn_track_slot(this.#words, gfn, slot));
      for (let large = 2; large <= PG_LEVELS; large++)
        addOne(barred, lpage_info_slot(this.#words, gfn, slot, large));
    }
    for (const slot of slotPlaces(this.#words)) {
      const base = this.#read(slot + SLOT.base_gfn);
      const last = base + this.#read(slot + SLOT.npages) - 1;
      const hva = this.#read(slot + SLOT.hva_page);
      const first = gfn_track_slot(this.#words, base, slot);
      for (let gfn = base; gfn <= last; gfn++)
        this.#equal(first + gfn - base, tracked, 0, () => `write tracking of 0x${gfn.toString(16)}`);
      for (let level = 2; level <= PG_LEVELS; level++) {
        const place = lpage_info_slot(this.#words, base, slot, level);
        const entries = gfn_to_index(last, base, level) + 1;
        for (let index = 0; index < entries; index++) {
          const edges = barredByPlace({ base, last, hva }, level, index);
          this.#equal(place + index, barred, edges, () => `bars to page ${index} of level ${level}`);
        }
      }
    }
  }

  #equal(place: number, counts: ReadonlyMap<number, number>, edges: number, what: () => string): void {
    const expected = (counts.get(place) ?? 0) + edges;
    if (this.#read(place) !== expected)
      this.#tell(`${what()}: ${this.#read(place)} are counted, there are ${expected}`);
  }

  /** A page is a root as often as vCPUs name it: current, former, or one of four pointers. */
  roots(): void {
    const named = new Map<number, number>();
    const name = (frame: number): void => addOne(named, frameOwner(this.#words, frame));
    for (let cpu = 0; cpu < this.#read(HEADER.vcpuCount); cpu++) {
      const arch = this.#read(vcpuPlace(this.#words, cpu) + VCPU.hypervisor);
      const root = this.#read(arch + ARCH.root_hpa);
      if (root !== 0 && frameOwner(this.#words, root) !== 0) name(root);
      const pointers = this.#read(arch + ARCH.pae_root) << FRAME_SHIFT;
      for (let i = 0; i < 4; i++) {
        if (!this.#read(pointers + i * 2 + 1)) continue;
        name(this.#read(pointers + i * 2));
        if (root !== pointers >>> FRAME_SHIFT)
          this.#tell(`cpu${cpu} has a pointer ${i}, and no root that it belongs to`);
      }
      for (let i = 0; i < KVM_NUM_MMU_PREV_ROOTS; i++) {
        const former = this.#read(arch + ARCH.prev_roots + i * ROOT.size);
        if (former !== 0) name(former);
      }
    }
    for (const { sp, name: page, tdp, level, obsolete } of this.#pages) {
      // The list of the TDP MMU's roots counts for one, until a root is invalidated.
      const ofList = tdp && this.#read(sp + SP.ptep) === 0 && level > 1 && !obsolete ? 1 : 0;
      const count = this.#read(sp + (tdp ? SP.tdp_mmu_root_count : SP.root_count)) - ofList;
      if (count !== (named.get(sp) ?? 0))
        this.#tell(`${page} counts ${count} as a root, is named ${named.get(sp) ?? 0} times`);
      named.delete(sp);
    }
    for (const sp of named.keys()) this.#tell(`a root is no page in use, at ${sp}`);
  }

  #entryName(sptep: number): string {
    const page = this.#byPlace.get(frameOwner(this.#words, sptep >>> FRAME_SHIFT));
    return page ? `${page.name}[${(sptep - page.table) >>> 1}]` : `an entry at ${sptep} of no page in use`;
  }

  #read(place: number): number {
    return this.#words[place] as number;
  }

  #tell(what: string): void {
    this.broken.push(what);
  }
}

function countBits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

const addOne = (counts: Map<number, number>, key: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

/** Whether (1) a large page of a slot is barred for good: it reaches beyond an end, or lies otherwise in the host's address space. */
function barredByPlace(slot: SlotPlace, level: number, index: number): 0 | 1 {
  const within = (1 << ((level - 1) * 9)) - 1;
  const { base, last, hva } = slot;
  const page = (base & ~within) + index * (within + 1);
  const isWhole = page >= base && page + within <= last;
  return isWhole && ((base ^ hva) & within) === 0 ? 0 : 1;
}

interface SlotPlace {
  /** Guest frames, and the page of the host's address space where the first one lies. */
  readonly base: number;
  readonly last: number;
  readonly hva: number;
}
