// The exact scope of everything that makes a processor forget: a TLB with some of everything, one operation, and what is left.
import { describe, expect, it } from 'vitest';
import { CR0, CR4, EFER, pagingMode } from '#arch/paging-mode.ts';
import { EVENT } from '#machine/events.ts';
import { LogReader } from '#machine/log-reader.ts';
import { createVcpus, VCPU, vcpuPlace } from '#machine/vcpu.ts';
import { Machine } from '#machine/words.ts';
import { WalkCaches } from './caches.ts';
import {
  forgetFaulting,
  forgetGuestAddress,
  forgetLinear,
  forgetPcidInUse,
  INVEPT,
  INVVPID,
  invept,
  invlpg,
  invpcid,
  invvpid,
  moveToCr3,
  TLB_CONTROL,
  takeAsid,
  tlbControl,
} from './flush.ts';
import { createTlb, type TlbShape } from './record.ts';
import { tlbFill, tlbLookup } from './translations.ts';

const SHAPE: TlbShape = { entries: 64, ways: 4, large: 4, frames: 16, tables: [0, 4, 4, 4, 4] };
const MODE = pagingMode(CR0.PE | CR0.PG | CR0.WP, CR4.PAE, EFER.LME | EFER.LMA | EFER.NXE);
const [EPT_A, EPT_B] = [100, 101];

/** A vCPU with PCIDs, and a TLB. */
class Processor {
  readonly m = new Machine();
  readonly caches: WalkCaches;
  readonly vcpu: number;
  #root = EPT_A;

  constructor(shape = SHAPE) {
    createVcpus(this.m, 1);
    this.vcpu = vcpuPlace(this.m.words, 0);
    this.m.set(this.vcpu + VCPU.cr0, CR0.PE | CR0.PG | CR0.WP);
    this.m.set(this.vcpu + VCPU.cr4, CR4.PAE | CR4.PCIDE | CR4.PGE);
    this.m.set(this.vcpu + VCPU.efer, EFER.LME | EFER.LMA | EFER.NXE);
    createTlb(this.m, this.vcpu, shape);
    this.caches = new WalkCaches(this.m, () => {});
  }

  /** Runs with a PCID, through nested tables. */
  under(pcid: number, root = EPT_A): this {
    this.m.set(this.vcpu + VCPU.cr3_lo, pcid);
    this.#root = root;
    this.caches.use(this.vcpu, root, 8);
    return this;
  }

  /** Remembers a page. @param shift log2 of its frames @param guestShift the same in the guest's tables */
  page(lo: number, options: { global?: boolean; shift?: number; guestShift?: number } = {}): this {
    const { global = false, shift = 0, guestShift = shift } = options;
    const found = { frame: lo >>> 12, rights: 7, nestedRights: 7, dirty: true, global, guestShift, shift };
    tlbFill(this.m, this.vcpu, 0, lo, found);
    return this;
  }

  knows(lo: number): boolean {
    this.under(this.m.get(this.vcpu + VCPU.cr3_lo), this.#root);
    return tlbLookup(this.m, this.vcpu, MODE, 0, lo, 0, false) === lo >>> 12;
  }
}

const PAGE = 0x40_1000;
const OTHER = 0x40_2000;
const GLOBAL = 0x40_3000;
const LARGE = 0x20_0000;
/** A 4 KiB piece of a guest's large page. */
const PIECE = 0x80_5000;
const GFN = 0x55;

/** Some of everything: in two PCIDs, and in one of them through other nested tables too. */
function filled(): Processor {
  const processor = new Processor();
  for (const [pcid, root] of [
    [1, EPT_A],
    [2, EPT_A],
    [1, EPT_B],
  ] as const) {
    processor.under(pcid, root).page(PAGE).page(OTHER).page(LARGE, { shift: 9 });
    processor.caches.guest.keep(0, PAGE, 1, 7, 7, 7, -1);
    processor.caches.guest.keep(0, PAGE, 3, 9, 7, 9, -1);
    processor.caches.nested.keep(0, GFN << 12, 1, 8, -1, 0, 0);
    processor.caches.frames.keep(GFN, 0x99, 1, 7, -1);
  }
  return processor.under(1).page(GLOBAL, { global: true }).page(PIECE, { guestShift: 9 });
}

/** What is known in the contexts of `filled`, in words: `1A page` for PCID 1 through nested tables A. */
function known(processor: Processor): string[] {
  const contexts = [
    ['1A', 1, EPT_A],
    ['2A', 2, EPT_A],
    ['1B', 1, EPT_B],
  ] as const;
  return contexts.flatMap(([name, pcid, root]) => {
    processor.under(pcid, root);
    const { guest, nested, frames } = processor.caches;
    const things = {
      page: processor.knows(PAGE),
      other: processor.knows(OTHER),
      large: processor.knows(LARGE + 0x3000),
      piece: processor.knows(PIECE),
      global: processor.knows(GLOBAL),
      pde: guest.find(0, PAGE) && guest.level === 1,
      pml4e: guest.find(0, 0x7000_0000) && guest.level === 3,
      nested: nested.find(0, GFN << 12),
      frame: frames.find(GFN, 0, 0),
    };
    return Object.entries(things).flatMap(([thing, is]) => (is ? [`${name} ${thing}`] : []));
  });
}

const ALL = known(filled());

/** All but what a pattern matches. */
const without = (pattern: RegExp): string[] => ALL.filter((thing) => !pattern.test(thing));

describe('before anything is forgotten', () => {
  it('each context has its own, and global pages are everybody’s through the same nested tables', () => {
    const own = ['page', 'other', 'large', 'pde', 'pml4e', 'nested', 'frame'];
    const expected = [
      ...own.map((thing) => `1A ${thing}`),
      ...['1A piece', '1A global'],
      ...own.map((thing) => `2A ${thing}`),
      '2A global',
      ...own.map((thing) => `1B ${thing}`),
    ];
    expect([...ALL].sort()).toEqual(expected.sort());
  });
});

const vcpuOf = (processor: Processor): readonly [Machine, number] => [processor.m, processor.vcpu];

describe('what is forgotten by', () => {
  it.each<[string, (processor: Processor) => void, RegExp]>([
    // The guest's instructions: through whatever nested tables, and never guest-physical translations.
    ['INVLPG', (p) => invlpg(...vcpuOf(p), 0, PAGE + 8), /^1. (page|pde|pml4e)/],
    ['INVLPG of a global page', (p) => invlpg(...vcpuOf(p.under(2)), 0, GLOBAL), /^2. (pde|pml4e)|global/],
    ['INVLPG of a large page', (p) => invlpg(...vcpuOf(p), 0, LARGE + 0x5008), /^1. (large|pde|pml4e)/],
    [
      'INVLPG of another piece of a page',
      (p) => invlpg(...vcpuOf(p), 0, PIECE + 0x9000),
      /^1. (piece|pde|pml4e)/,
    ],
    ['MOV to CR3', (p) => moveToCr3(...vcpuOf(p)), /^1. (page|other|large|piece|pde|pml4e)/],
    [
      'MOV to CR3 of another PCID',
      (p) => moveToCr3(...vcpuOf(p.under(2))),
      /^2. (page|other|large|pde|pml4e)/,
    ],
    [
      'a change of CR4.PGE',
      (p) => forgetLinear(...vcpuOf(p), 'MOV to CR4'),
      /(page|other|large|piece|global|pde|pml4e)/,
    ],
    [
      'a change of CR4.SMEP',
      (p) => forgetPcidInUse(...vcpuOf(p), 'MOV to CR4'),
      /^1. (page|other|large|piece|pde|pml4e)|global/,
    ],
    ['INVPCID of an address', (p) => invpcid(...vcpuOf(p), 'address', 2, 0, PAGE), /^2. (page|pde|pml4e)/],
    ['INVPCID of a global address', (p) => invpcid(...vcpuOf(p), 'address', 1, 0, GLOBAL), /^1. (pde|pml4e)/],
    [
      'INVPCID of a context',
      (p) => invpcid(...vcpuOf(p), 'context', 2, 0, 0),
      /^2. (page|other|large|pde|pml4e)/,
    ],
    [
      'INVPCID of all',
      (p) => invpcid(...vcpuOf(p), 'all', 0, 0, 0),
      /(page|other|large|piece|global|pde|pml4e)/,
    ],
    [
      'INVPCID of all but globals',
      (p) => invpcid(...vcpuOf(p), 'all-but-globals', 0, 0, 0),
      /(page|other|large|piece|pde|pml4e)/,
    ],
    // A hypervisor's.
    ['INVVPID of an address', (p) => invvpid(...vcpuOf(p), INVVPID.address, 0, PAGE), /(page|pde|pml4e)/],
    [
      'INVVPID of a global address',
      (p) => invvpid(...vcpuOf(p), INVVPID.address, 0, GLOBAL),
      /(global|pde|pml4e)/,
    ],
    [
      'INVVPID of a context',
      (p) => invvpid(...vcpuOf(p), INVVPID.context),
      /(page|other|large|piece|global|pde|pml4e)/,
    ],
    [
      'INVVPID of all',
      (p) => invvpid(...vcpuOf(p), INVVPID.all),
      /(page|other|large|piece|global|pde|pml4e)/,
    ],
    [
      'INVVPID but for globals',
      (p) => invvpid(...vcpuOf(p), INVVPID.contextButGlobals),
      /(page|other|large|piece|pde|pml4e)/,
    ],
    ['INVEPT of a context', (p) => invept(...vcpuOf(p), INVEPT.context, EPT_A), /^.A/],
    ['INVEPT of another', (p) => invept(...vcpuOf(p), INVEPT.context, EPT_B), /^.B/],
    ['INVEPT of all', (p) => invept(...vcpuOf(p), INVEPT.all, 0), /./],
    ['INVLPGA', (p) => forgetGuestAddress(...vcpuOf(p), 'INVLPGA', 0, OTHER), /(other|pde|pml4e)/],
    ['TLB_CONTROL of an ASID', (p) => tlbControl(...vcpuOf(p), TLB_CONTROL.flushAsid), /./],
    ['TLB_CONTROL of all', (p) => tlbControl(...vcpuOf(p), TLB_CONTROL.flushAll), /./],
    [
      'TLB_CONTROL but for globals',
      (p) => tlbControl(...vcpuOf(p), TLB_CONTROL.flushAsidButGlobals),
      /(page|other|large|piece|pde|pml4e)/,
    ],
    ['a new ASID', (p) => takeAsid(...vcpuOf(p), 2), /./],
    // Faults.
    ['#PF', (p) => forgetFaulting(...vcpuOf(p), '#PF', 0, PAGE, null), /^1. (page|pde|pml4e)/],
    [
      'an EPT violation',
      (p) => forgetFaulting(...vcpuOf(p), 'EPT violation', 0, PAGE, GFN),
      /^1. (page|pde|pml4e)|^.A (frame|nested)/,
    ],
  ])('%s', (_, operation, forgotten) => {
    const processor = filled();
    operation(processor);
    expect(known(processor)).toEqual(without(forgotten));
  });

  it('each is told, and a fault only where something was known', () => {
    const processor = filled();
    processor.m.log.begin();
    invlpg(processor.m, processor.vcpu, 0, PAGE);
    forgetFaulting(processor.m, processor.vcpu, '#PF', 0, PAGE, null);
    forgetFaulting(processor.m, processor.vcpu, '#PF', 0, OTHER, null);
    const reader = new LogReader(processor.m.log.finish(processor.m.copy()));
    const told = [...Array(reader.length).keys()].filter((event) => reader.kind(event) === EVENT.tlbFlush);
    expect(told.map((event) => reader.text(reader.payload(event, 1)))).toEqual(['INVLPG', '#PF']);
  });

  it('nothing, without a TLB', () => {
    const m = new Machine();
    createVcpus(m, 1);
    m.log.begin();
    const vcpu = vcpuPlace(m.words, 0);
    invlpg(m, vcpu, 0, PAGE);
    moveToCr3(m, vcpu);
    invept(m, vcpu, INVEPT.all, 0);
    tlbControl(m, vcpu, TLB_CONTROL.flushAll);
    expect(m.log.eventCount).toBe(0);
  });
});
