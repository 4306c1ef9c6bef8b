// KVM's structures agree with each other after every step of every recording, and the check of that can fail: each kind of
// damage is done to a sound machine once.
import { describe, expect, it } from 'vitest';
import { brokenInvariants, shadowPagesInUse } from '#hypervisor/kvm/invariants.ts';
import { gfn_to_rmap, gfn_track_slot, lpage_info_slot } from '#hypervisor/kvm/mmu/slot_arrays.ts';
import { is_last_spte, is_shadow_present_pte, spteFormat } from '#hypervisor/kvm/mmu/spte.ts';
import { ARCH, KVM, ROLE, SP } from '#hypervisor/kvm/structs.ts';
import { findSlot } from '#machine/slots.ts';
import { VCPU, vcpuPlace } from '#machine/vcpu.ts';
import { HEADER } from '#machine/words.ts';
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

describe('the check finds', () => {
  const sound = run(recording('kvm-amd/shadow-first-touch').text, () => {});
  const format = spteFormat(sound);
  const pages = shadowPagesInUse(sound);
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

  const DAMAGE: readonly {
    what: string;
    message: RegExp;
    place: number;
    change: (word: number) => number;
  }[] = [
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

  it.each(DAMAGE)('$what', ({ message, place, change }) => {
    const words = sound.slice();
    words[place] = change(words[place] as number);
    expect(brokenInvariants(words).join('\n')).toMatch(message);
  });
});
