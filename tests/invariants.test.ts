// KVM's structures agree with each other after every step of every recording, and the check of that can fail: each kind of
// damage is done to a sound machine once.
import { describe, expect, it } from 'vitest';
import { brokenInvariants } from '#hypervisor/kvm/invariants/broken_invariants.ts';
import { structuresOf } from '#hypervisor/kvm/invariants/structures.ts';
import { kvm_page_table_hashfn } from '#hypervisor/kvm/mmu/hash.ts';
import { gfn_to_rmap, gfn_track_slot, lpage_info_slot } from '#hypervisor/kvm/mmu/slot_arrays.ts';
import { is_last_spte, is_shadow_present_pte, REMOVED_SPTE, spteFormat } from '#hypervisor/kvm/mmu/spte.ts';
import { ARCH, KVM, ROLE, SP } from '#hypervisor/kvm/structs.ts';
import { findSlot } from '#machine/slots.ts';
import { VCPU, vcpuPlace } from '#machine/vcpu.ts';
import { FRAME_SHIFT, HEADER } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { startRun } from '#scenario/run.ts';
import { recording, supportedRecordings } from './golden-scenarios.ts';

/** Runs a scenario and calls `visit` after each step. Returns the machine's words at the end. */
function run(text: string, visit: (words: Int32Array, step: number) => void): Int32Array {
  const { scenario } = load(text);
  if (!scenario) throw new Error('the scenario is not understood');
  const started = startRun(scenario);
  if ('problems' in started) throw new Error(started.problems[0]?.message);
  for (let step = 0; started.run.step(); step++) visit(started.run.words, step);
  return started.run.words;
}

it.each(supportedRecordings())('$name: every step leaves KVM sound', ({ text }) => {
  run(text, (words, step) => expect(brokenInvariants(words), `after step ${step + 1}`).toEqual([]));
});

/** One word that is changed, and what the check says of it. */
interface Damage {
  readonly what: string;
  readonly message: RegExp;
  readonly place: number;
  readonly change: (word: number) => number;
}

/** What does not hold once a sound machine is damaged. */
function brokenBy(sound: Int32Array, { place, change }: Damage): string {
  const words = sound.slice();
  words[place] = change(words[place] as number);
  return brokenInvariants(words).join('\n');
}

describe('the check finds', () => {
  const sound = run(recording('kvm-amd/shadow-first-touch').text, () => {});
  const format = spteFormat(sound);
  const { pages } = structuresOf(sound);
  const kvm = sound[HEADER.hypervisor] as number;
  const leafTable = pages.find(({ level, role }) => level === 1 && !(role & ROLE.direct));
  const root = pages.find(({ level }) => level === 4);
  if (!leafTable || !root) throw new Error('the scenario made no shadow pages');
  const presentEntry = (table: number, level: number, last: boolean): number => {
    for (let place = table; place < table + 1024; place += 2) {
      const flags = sound[place + 1] as number;
      if (is_shadow_present_pte(flags) && is_last_spte(flags, level) === last) return place;
    }
    throw new Error('no such entry');
  };
  const leaf = presentEntry(leafTable.table, 1, true);
  const link = presentEntry(root.table, 4, false);
  const slot = findSlot(sound, 0);
  const gfn = leafTable.gfn;

  const DAMAGE: readonly Damage[] = [
    { what: 'a leaf that is lost', message: /reverse map names t\d+\[/, place: leaf + 1, change: () => 0 },
    {
      what: 'a leaf without a reverse map',
      message: /is in no reverse map/,
      place: leaf + 3,
      change: (w) => w | (sound[leaf + 1] as number),
    },
    {
      what: 'a leaf of another frame',
      message: /does not map the host frame/,
      place: leaf,
      change: (w) => w + 1,
    },
    {
      what: 'W without MMU-writable',
      message: /not MMU-writable/,
      place: leaf + 1,
      change: (w) => (w | 2) & ~format.mmuWritable,
    },
    {
      what: 'MMU-writable without host-writable',
      message: /not host-writable/,
      place: leaf + 1,
      change: (w) => (w | format.mmuWritable) & ~format.hostWritable,
    },
    {
      what: 'a leaf of a frame that there is not',
      message: /which lies in no slot/,
      place: ((sound[leafTable.sp + SP.shadowed_translation] as number) << FRAME_SHIFT) + (leaf & 1023),
      change: () => 0x7fff_ffff,
    },
    {
      what: 'a link to a table of a wrong level',
      message: /of a wrong level/,
      place: link,
      change: () => leafTable.table >>> FRAME_SHIFT,
    },
    { what: 'a link that is lost', message: /names the parent/, place: link + 1, change: () => 0 },
    {
      what: 'a link to a table of nobody',
      message: /points to a table that is not in use/,
      place: link,
      change: () => 0,
    },
    {
      what: 'a parent that is forgotten',
      message: /is nobody's parent/,
      place: (pages.find(({ level }) => level === 3)?.sp as number) + SP.parent_ptes,
      change: () => 0,
    },
    {
      what: 'a writable table that is in sync',
      message: /lets the guest write the table/,
      place: gfn_to_rmap(sound, gfn, 1, slot),
      change: () => leaf,
    },
    {
      what: 'a page unsync above level 1',
      message: /is unsync above level 1/,
      place: root.sp + SP.unsync,
      change: () => 1,
    },
    {
      what: 'something unsync without a bit',
      message: /leads to something unsync, and has no bit/,
      place: leafTable.sp + SP.unsync,
      change: () => 1,
    },
    {
      what: 'a wrong count of unsync children',
      message: /unsync children, its bits/,
      place: root.sp + SP.unsync_children,
      change: (w) => w + 1,
    },
    {
      what: 'a wrong count of pages',
      message: /pages are counted/,
      place: kvm + KVM.n_used_mmu_pages,
      change: (w) => w + 1,
    },
    {
      what: 'a wrong count of indirect pages',
      message: /pages with guest tables are counted/,
      place: kvm + KVM.indirect_shadow_pages,
      change: (w) => w - 1,
    },
    {
      what: 'a torn list of active pages',
      message: /is torn/,
      place: (sound[kvm + KVM.active_mmu_pages] as number) + 1,
      change: (w) => w + 1,
    },
    {
      what: 'a list of active pages that is torn at its end',
      message: /is torn/,
      place: kvm + KVM.active_mmu_pages + 1,
      change: (w) => w + 1,
    },
    {
      what: 'an active page that is in no bucket',
      message: /has one that is not in use/,
      place: (sound[kvm + KVM.mmu_page_hash] as number) + kvm_page_table_hashfn(leafTable.gfn),
      change: () => 0,
    },
    {
      what: 'a page that is not active',
      message: /is not in the list of active pages/,
      place: kvm + KVM.active_mmu_pages,
      change: () => kvm + KVM.active_mmu_pages,
    },
    {
      what: 'a page in a wrong bucket',
      message: /is not in the bucket/,
      place: leafTable.sp + SP.gfn,
      change: (w) => w + 1,
    },
    {
      what: 'a page that has lost its place in a bucket',
      message: /does not know who is before it/,
      place: leafTable.sp + SP.hash_prev,
      change: (w) => w + 1,
    },
    {
      what: 'a table whose frame is not its own',
      message: /does not lead back to it/,
      place: leafTable.sp + SP.spt,
      change: () => root.table >>> FRAME_SHIFT,
    },
    {
      what: 'wrong write tracking',
      message: /write tracking of 0x5/,
      place: gfn_track_slot(sound, 5, slot),
      change: () => 1,
    },
    {
      what: 'a wrong bar to large pages',
      message: /bars to page 0 of level 2/,
      place: lpage_info_slot(sound, 0, slot, 2),
      change: (w) => w + 1,
    },
    {
      what: 'a wrong count of roots',
      message: /as a root, is named/,
      place: root.sp + SP.root_count,
      change: (w) => w + 1,
    },
    {
      what: 'a root that is no page',
      message: /a root is no page in use/,
      place: (sound[vcpuPlace(sound, 0) + VCPU.hypervisor] as number) + ARCH.prev_roots,
      change: () => 3,
    },
  ];

  it('nothing in a sound machine', () => {
    expect(brokenInvariants(sound)).toEqual([]);
  });

  it.each(DAMAGE)('$what', (damage) => expect(brokenBy(sound, damage)).toMatch(damage.message));
});

describe('of the TDP MMU the check finds', () => {
  const sound = run(recording('kvm-amd/tdp-first-touch').text, () => {});
  const { pages, present } = structuresOf(sound);
  const root = pages.find(({ level }) => level === 4);
  const leaf = present.find((entry) => entry.leaf);
  const link = present.find((entry) => entry.page === root);
  if (!root || !leaf || !link) throw new Error('the scenario made no tables');

  const DAMAGE: readonly Damage[] = [
    {
      what: 'a mark that is left behind',
      message: /is marked as removed/,
      place: leaf.place + 1,
      change: () => REMOVED_SPTE,
    },
    {
      what: 'a parent that is forgotten',
      message: /is nobody's parent/,
      place: (pages.find(({ level }) => level === 3)?.sp as number) + SP.ptep,
      change: () => 0,
    },
    {
      what: 'a link that is lost',
      message: /which does not point to it/,
      place: link.place + 1,
      change: () => 0,
    },
    {
      what: 'a wrong count of roots',
      message: /as a root, is named/,
      place: root.sp + SP.tdp_mmu_root_count,
      change: (w) => w + 1,
    },
  ];

  it('nothing in a sound machine', () => {
    expect(brokenInvariants(sound)).toEqual([]);
  });

  it.each(DAMAGE)('$what', (damage) => expect(brokenBy(sound, damage)).toMatch(damage.message));
});
