import { describe, expect, it } from 'vitest';
import { PF } from '#arch/fault.ts';
import { CR0, CR4, EFER, pagingMode } from '#arch/paging-mode.ts';
import { ACC } from '#arch/permission.ts';
import { createVcpus, VCPU, vcpuPlace } from '#machine/vcpu.ts';
import { Machine } from '#machine/words.ts';
import { WalkCaches } from './caches.ts';
import { invlpg } from './flush.ts';
import { createTlb, type TlbShape } from './record.ts';
import { knownTranslations, type Translation, tlbFill, tlbLookup } from './translations.ts';

const MODE = pagingMode(CR0.PE | CR0.PG | CR0.WP, CR4.PAE | CR4.SMAP, EFER.LME | EFER.LMA | EFER.NXE);
const PLAIN: Translation = {
  frame: 0,
  rights: ACC.all,
  nestedRights: ACC.all,
  dirty: true,
  global: false,
  guestShift: 0,
  shift: 0,
};

function processor(shape: Partial<TlbShape> = {}) {
  const m = new Machine();
  createVcpus(m, 1);
  const vcpu = vcpuPlace(m.words, 0);
  createTlb(m, vcpu, { entries: 8, ways: 2, large: 2, frames: 4, tables: [0, 2, 2, 2, 2], ...shape });
  new WalkCaches(m, () => {}).use(vcpu, 0, 8);
  return {
    fill: (lo: number, found: Partial<Translation> = {}) =>
      tlbFill(m, vcpu, 0, lo, { ...PLAIN, frame: lo >>> 12, ...found }),
    look: (lo: number, access = 0, ac = true) => tlbLookup(m, vcpu, MODE, 0, lo, access, ac),
    invlpg: (lo: number) => invlpg(m, vcpu, 0, lo),
    setPcid: (pcid: number) => {
      m.set(vcpu + VCPU.cr4, m.get(vcpu + VCPU.cr4) | CR4.PCIDE);
      m.set(vcpu + VCPU.cr3_lo, pcid);
    },
    known: () => knownTranslations(m.words, vcpu).map(({ lo }) => lo >>> 12),
  };
}

const page = (number: number): number => number << 12;

describe('the TLB remembers', () => {
  it('so many pages of a set, and the oldest gives way', () => {
    const { fill, known } = processor();
    // Pages 1, 5, 9 and 13 fall into the same of four sets.
    for (const number of [1, 5, 2, 9]) fill(page(number));
    expect(known().sort()).toEqual([2, 5, 9]);
    fill(page(13));
    expect(known().sort()).toEqual([13, 2, 9]);
  });

  it('a page once, with what was found last', () => {
    const { fill, known, look } = processor();
    fill(page(1), { rights: ACC.user | ACC.exec });
    fill(page(1), { frame: 7 });
    expect(known()).toEqual([1]);
    expect(look(page(1), PF.write)).toBe(7);
  });

  it('a page once, although it is global from now on', () => {
    const { fill, known, look } = processor();
    fill(page(1), { frame: 6 });
    fill(page(1), { frame: 7, global: true });
    expect(known()).toEqual([1]);
    expect(look(page(1))).toBe(7);
  });

  it('a large page as one, wherever it is touched', () => {
    const { fill, known, look } = processor();
    fill(page(0x205), { frame: 0x805, shift: 9, guestShift: 9 });
    expect(known()).toEqual([0x200]);
    expect([look(page(0x200)), look(page(0x3ff)), look(page(0x400))]).toEqual([0x800, 0x9ff, -1]);
  });

  it('large pages in pieces, where it has no place for them; INVLPG drops all', () => {
    const { fill, known, look, invlpg } = processor({ large: 0 });
    fill(page(0x205), { frame: 0x805, shift: 9, guestShift: 9 });
    fill(page(0x20a), { frame: 0x80a, shift: 9, guestShift: 9 });
    fill(page(0x406), { frame: 0x406 });
    expect([look(page(0x205)), look(page(0x206))]).toEqual([0x805, -1]);
    invlpg(page(0x3f0));
    expect(known()).toEqual([0x406]);
  });
});

describe('an entry is used', () => {
  it.each<[string, Partial<Translation>, number, boolean]>([
    ['for a read, if nobody forbids it', {}, 0, true],
    ['for no write before D is set', { dirty: false }, PF.write, false],
    ['for a read before D is set', { dirty: false }, 0, true],
    ['for no write that the tables forbid', { rights: ACC.user }, PF.write, false],
    ['for no user’s access to the kernel’s page', { rights: ACC.write }, PF.user, false],
    ['for no fetch that the tables forbid', { rights: ACC.user }, PF.fetch, false],
    ['for no write that nested tables forbid', { nestedRights: ACC.user }, PF.write, false],
    ['for no read that nested tables forbid', { nestedRights: ACC.exec }, 0, false],
    ['for a fetch that nested tables allow', { nestedRights: ACC.exec }, PF.fetch, true],
  ])('%s', (_, found, access, isUsed) => {
    const { fill, look } = processor();
    fill(page(1), found);
    expect(look(page(1), access)).toBe(isUsed ? 1 : -1);
  });

  it('under its own PCID, which counts from the moment that it is in CR3', () => {
    const { fill, known, setPcid } = processor();
    setPcid(1);
    fill(page(1));
    setPcid(2);
    expect(known()).toEqual([]);
    fill(page(2));
    setPcid(1);
    expect(known()).toEqual([1]);
  });

  it('by the control registers as they are now', () => {
    const { fill, look } = processor();
    fill(page(1));
    expect([look(page(1), 0, true), look(page(1), 0, false)]).toEqual([1, -1]);
  });
});
