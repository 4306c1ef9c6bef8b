/**
 * Scenarios made by chance, the same for the same seed: a guest under any of KVM's MMUs, in any paging mode, with two address
 * spaces whose tables it can write through a window, on one or two vCPUs, whose processors remember much, little or nothing; and a host
 * that interferes now and then.
 *
 * A *careful* guest flushes on all processors what it has changed, as the manuals ask, and has no global pages (which would have to
 * be the same in both spaces), so that it cannot see what its processors remember.
 */

import { Chance } from './chance.ts';

export interface RandomScenario {
  readonly seed: number;
  readonly text: string;
}

type Paging = '32' | 'pae' | '4' | '5';

/** Bit positions at which a linear address is cut, from the top level down. */
const SHIFTS: Readonly<Record<Paging, readonly number[]>> = {
  '32': [22, 12],
  pae: [30, 21, 12],
  '4': [39, 30, 21, 12],
  '5': [48, 39, 30, 21, 12],
};

const hex = (value: number): string => `0x${value.toString(16)}`;

/** Where a space's tables lie: `map` takes them from its pool in the order in which they are first needed. */
class Space {
  readonly name: string;
  readonly root: number;
  readonly #paging: Paging;
  readonly #tables = new Map<string, number>();
  #next: number;

  constructor(name: string, pool: number, paging: Paging) {
    this.name = name;
    this.root = pool;
    this.#paging = paging;
    this.#next = pool + 0x1000;
  }

  /** Address of the table of `level` (1 is the last) on the way to `gva`; it is handed out if it never was. */
  table(gva: number, level: number): number {
    const shifts = SHIFTS[this.#paging];
    let table = this.root;
    for (let above = shifts.length; above > level; above--) {
      const key = `${above}:${Math.floor(gva / 2 ** (shifts[shifts.length - above] as number))}`;
      table = this.#tables.get(key) ?? this.#take(key);
    }
    return table;
  }

  /** Address of the entry of `level` for `gva`. */
  entry(gva: number, level: number): number {
    const shifts = SHIFTS[this.#paging];
    const bytes = this.#paging === '32' ? 4 : 8;
    const index = Math.floor(gva / 2 ** (shifts[shifts.length - level] as number)) % (4096 / bytes);
    return this.table(gva, level) + index * bytes;
  }

  get tableCount(): number {
    return (this.#next - this.root) / 0x1000;
  }

  #take(key: string): number {
    const table = this.#next;
    this.#next += 0x1000;
    this.#tables.set(key, table);
    return table;
  }
}

const WINDOW = 0x4000_0000;
const STUB = 0xfc00_0000;
/** In a 32-bit guest one directory entry maps both of these regions, by two shadow tables. */
const TWO_HALVES = [0x40_0000, 0x60_0000];
const POOLS = [0x10_0000, 0x14_0000];
/** Small pages of slot 0 that hold data, and those of the slot that is read-only and the one that comes and goes. */
const DATA_FRAMES = Array.from({ length: 12 }, (_, i) => 0x1_0000 + i * 0x1000);
const READ_ONLY_FRAME = 0x200_0000;
const MOVING_FRAME = 0x280_0000;
const NO_MEMORY = 0x3000_0000;
const LARGE_PAGE = 0x100_0000;
const WIDTHS = [1, 2, 4, 4, 8];
/** Where a `hlt` stands in each page of data: jumps go there, and nothing is written there. */
const HALT_OFFSET = 0x800;

class Generator {
  readonly #chance: Chance;
  readonly #paging: Paging;
  readonly #vcpus: number;
  readonly #smap: boolean;
  readonly #stub: boolean;
  readonly #spaces: readonly Space[];
  readonly #pages: readonly number[];
  readonly #far: number;
  readonly #lines: string[] = [];
  /** Steps that follow whatever comes now. */
  readonly #following: string[] = [];
  readonly #isCareful: boolean;
  /** Of a careful guest: only leaves are written, so that one address is all there is to flush. */
  readonly #leavesOnly: boolean;
  readonly #hasPcid: boolean;

  constructor(seed: number, isCareful: boolean) {
    this.#chance = new Chance(seed);
    this.#isCareful = isCareful;
    this.#leavesOnly = isCareful && this.#chance.percent(50);
    this.#paging = this.#chance.pick<Paging>(['32', 'pae', '4', '4', '5']);
    const is64 = this.#paging === '4' || this.#paging === '5';
    this.#hasPcid = isCareful && is64 && this.#chance.percent(50);
    this.#vcpus = this.#chance.percent(35) ? 2 : 1;
    this.#smap = this.#chance.percent(15);
    this.#stub = this.#chance.percent(40);
    this.#spaces = POOLS.map((pool, i) => new Space(`s${i}`, pool, this.#paging));
    this.#far = is64 ? 0x80_0000_0000 : 0x8000_0000;
    this.#pages = [0x1_0000, ...TWO_HALVES, this.#far].flatMap((base) =>
      [0, 1, 2, 9].map((page) => base + page * 0x1000),
    );
  }

  scenario(steps: number): string {
    this.#machine();
    for (const space of this.#spaces) this.#fill(space);
    for (let step = 0; step < steps; step++) this.#step();
    return `${this.#lines.join('\n')}\n`;
  }

  #machine(): void {
    const bit = (percent: number): string => (this.#chance.percent(percent) ? '1' : '0');
    const vendor = this.#chance.percent(50) ? ' vendor=intel' : '';
    const mmu = this.#chance.pick(['shadow', 'shadow', 'tdp', 'tdp-legacy']);
    const nx = this.#paging === '32' ? '' : ` nxe=${bit(80)}`;
    const wp = this.#smap ? '1' : bit(70);
    this.#lines.push(
      'scenario 1',
      `machine kvm mmu=${mmu} vcpus=${this.#vcpus}${vendor} ${this.#processor(vendor !== '')}`,
      `guest paging=${this.#paging} ${this.#hasPcid ? 'pcide=1 cr3=s0+1' : 'cr3=s0'} wp=${wp}${nx} smep=${bit(20)} smap=${this.#smap ? 1 : 0}`,
      `slot 0 gpa=0 size=4M${this.#chance.percent(30) ? ' huge' : ''}${this.#chance.percent(15) ? ' log' : ''}`,
      `slot 1 gpa=${hex(LARGE_PAGE)} size=4M${this.#chance.percent(60) ? ' huge' : ''}`,
      `slot 2 gpa=${hex(READ_ONLY_FRAME)} size=64K ro`,
      `slot 3 gpa=${hex(MOVING_FRAME)} size=64K`,
    );
    for (const frame of [...DATA_FRAMES, READ_ONLY_FRAME, MOVING_FRAME, LARGE_PAGE])
      this.#lines.push(`poke ${hex(frame + HALT_OFFSET)} 0xf4 width=1`);
    if (this.#stub) this.#lines.push(`stub gva=${hex(STUB)} gpa=0x7000 ugva=${hex(STUB + 0x1000)}`);
  }

  /** What a processor remembers: in half of all scenarios nothing. */
  #processor(intel: boolean): string {
    if (this.#isCareful || this.#chance.percent(50)) return 'tlb=off';
    const entries = this.#chance.pick([1, 4, 64]);
    const words = [
      `tlb-entries=${entries} tlb-ways=${this.#chance.pick([1, Math.min(4, entries)])}`,
      `tlb-large=${this.#chance.pick([0, 1, 8])} tlb-nested=${this.#chance.pick([0, 4, 32])}`,
      this.#chance.pick(['psc=off', 'psc-pde=1 psc-pdpte=0', '']),
      intel ? this.#chance.pick(['vpid=0', '']) : this.#chance.pick(['flushbyasid=off asids=3', '']),
    ];
    return words.join(' ').trim();
  }

  /** One space's mappings: the stub, the pages that are played with, and a window on all tables. */
  #fill(space: Space): void {
    this.#lines.push(`space ${space.name} pool=${hex(space.root)}`);
    const map = (gva: number, page: number, bits: string): void => {
      space.table(gva, 1);
      this.#lines.push(`map ${space.name} ${hex(gva)} ${hex(page)} ${bits}`);
    };
    if (this.#stub) {
      map(STUB, 0x7000, 'p|w|a|d');
      map(STUB + 0x1000, 0x7000, 'p|w|u|a|d');
    }
    for (const page of this.#pages) if (this.#chance.percent(75)) map(page, this.#frame(), this.#bits());
    if (this.#chance.percent(40)) this.#mapLarge(space, 0x80_0000);
    if (this.#chance.percent(50)) {
      this.#mapLarge(space, WINDOW, '0x0');
      return;
    }
    // What follows the tables that exist now is room for those that the window itself and the other space need.
    for (const pool of POOLS)
      for (let i = 0; i < space.tableCount + 4; i++)
        map(WINDOW + pool + i * 0x1000, pool + i * 0x1000, 'p|w|u|a|d');
  }

  #mapLarge(space: Space, gva: number, page = hex(LARGE_PAGE)): void {
    space.table(gva, 2);
    const bits = page === '0x0' ? 'p|w|u|a|d' : this.#bits();
    this.#lines.push(
      `map ${space.name} ${hex(gva)} ${page} ${bits} size=${this.#paging === '32' ? '4M' : '2M'}`,
    );
  }

  #frame(): number {
    const kind = this.#chance.below(20);
    if (kind === 0) return READ_ONLY_FRAME;
    if (kind === 1) return NO_MEMORY;
    if (kind === 2) return MOVING_FRAME;
    if (kind === 3) return LARGE_PAGE + this.#chance.below(4) * 0x1000;
    if (kind === 4 && !this.#isCareful) return this.#chance.pick(POOLS) + this.#chance.below(6) * 0x1000;
    return this.#chance.pick(DATA_FRAMES);
  }

  /** Bits of an entry that maps a page: most often all rights, most often not used yet. */
  #bits(): string {
    const bits = this.#chance.percent(94) ? ['p'] : [];
    if (this.#chance.percent(80)) bits.push('w');
    if (this.#chance.percent(80)) bits.push('u');
    if (this.#chance.percent(50)) bits.push('a', ...(this.#chance.percent(60) ? ['d'] : []));
    if (this.#chance.percent(8) && !this.#isCareful) bits.push('g');
    if (this.#paging !== '32' && this.#chance.percent(15)) bits.push('nx');
    return bits.length === 0 ? '0' : bits.join('|');
  }

  #step(): void {
    const following = this.#following.shift();
    if (following) {
      this.#lines.push(following);
      return;
    }
    const kind = this.#chance.below(100);
    if (kind >= 96) {
      this.#lines.push(this.#host());
      return;
    }
    const cpu = this.#cpu();
    if (kind >= 65 && kind < 86) this.#lines.push(cpu + this.#tableWrite(cpu));
    else this.#lines.push(cpu + this.#guest(kind));
  }

  #cpu(): string {
    return this.#vcpus > 1 && this.#chance.percent(50) ? 'cpu1 ' : '';
  }

  #guest(kind: number): string {
    const page = this.#page();
    if (kind < 26) return `read ${this.#operand(page)}${this.#who()}`;
    if (kind < 46) return `write ${this.#writeOperand(page)}${this.#who()}`;
    if (kind < 53) return `exec ${hex(page + HALT_OFFSET)}${this.#chance.percent(50) ? ' user' : ''}`;
    if (kind < 65) return `invlpg ${hex(page)}`;
    if (kind < 93) return this.#cr3();
    if (kind < 95 && !this.#smap) return `cr0 wp=${this.#chance.below(2)}`;
    return `cr4 pge=${this.#chance.below(2)}`;
  }

  #cr3(): string {
    const number = this.#chance.below(this.#spaces.length);
    const { name } = this.#spaces[number] as Space;
    if (!this.#hasPcid) return `cr3 ${name}`;
    return `cr3 ${name}+${number + 1}${this.#chance.percent(70) ? ' noflush' : ''}`;
  }

  #page(): number {
    return this.#chance.percent(6)
      ? 0x80_0000 + this.#chance.below(512) * 0x1000
      : this.#chance.pick(this.#pages);
  }

  #width(): number {
    const width = this.#chance.pick(WIDTHS);
    return width === 8 && (this.#paging === '32' || this.#paging === 'pae') ? 4 : width;
  }

  #operand(page: number): string {
    const width = this.#width();
    return `${hex(page + this.#chance.below(4) * width)} width=${width}`;
  }

  #writeOperand(page: number): string {
    const width = this.#width();
    return `${hex(page + this.#chance.below(4) * width)} ${hex(this.#chance.below(256))} width=${width}`;
  }

  #who(): string {
    return (this.#chance.percent(30) ? ' user' : '') + (this.#smap && this.#chance.percent(30) ? ' ac' : '');
  }

  /**
   * A write to an entry through the window: mostly a leaf, sometimes a table's, sometimes to a part of one. As a guest would,
   * the vCPU often flushes the address afterwards, and uses it.
   */
  #tableWrite(cpu: string): string {
    const space = this.#chance.pick(this.#spaces);
    const other = this.#chance.pick(this.#spaces);
    const page = this.#chance.pick(this.#pages);
    if (this.#isCareful) this.#changeCarefully(page);
    else if (this.#chance.percent(40)) {
      this.#following.push(`${cpu}${this.#chance.percent(80) ? `invlpg ${hex(page)}` : `cr3 ${space.name}`}`);
      this.#following.push(
        `${this.#cpu()}${this.#guest(this.#chance.below(53))}`.replace(/0x[0-9a-f]+/, hex(page)),
      );
    } else if (this.#chance.percent(30)) {
      this.#following.push(`${cpu}read ${hex(page)} width=4`);
    }
    const levels = SHIFTS[this.#paging].length;
    const kind = this.#chance.below(this.#leavesOnly ? 82 : 100);
    const write = (entry: number, value: string, width: number): string =>
      `write ${hex(WINDOW + entry)} ${value} width=${width}`;
    const full = this.#paging === '4' || this.#paging === '5' ? 8 : 4;
    if (kind < 70) return write(space.entry(page, 1), `${hex(this.#frame())}|${this.#narrowBits()}`, full);
    if (kind < 76) return write(space.entry(page, 1), '0', full);
    if (kind < 82)
      return write(space.entry(page, 1), hex(this.#chance.below(256)), this.#chance.pick([1, 2]));
    if (kind < 92 || levels < 4) {
      const target = this.#chance.percent(80)
        ? `${hex(other.table(this.#chance.pick(this.#pages), 1))}|${this.#chance.pick(['p|w|u', 'p|w|u|a', 'p|u', 'p|w'])}`
        : this.#chance.pick(['0', `${hex(LARGE_PAGE)}|p|w|u|ps|a|d`, `${hex(LARGE_PAGE)}|p|u|ps`]);
      return write(space.entry(page, 2), target, full);
    }
    const level = 3 + this.#chance.below(levels - 3);
    return write(space.entry(this.#far, level), `${hex(other.table(this.#far, level - 1))}|p|w|u`, full);
  }

  /**
   * A careful guest uses a page before its entries change, flushes then what the manuals ask for (on every processor, in every
   * PCID), and uses it again.
   */
  #changeCarefully(page: number): void {
    const use = (): string => `${this.#cpu()}read ${hex(page)} width=4`;
    this.#lines.push(use());
    for (let cpu = 0; cpu < this.#vcpus; cpu++) {
      if (!this.#leavesOnly) this.#following.push(`cpu${cpu} invpcid all`);
      else this.#following.push(`cpu${cpu} invlpg ${hex(page)}`);
      if (this.#leavesOnly && this.#hasPcid)
        for (const pcid of [1, 2])
          this.#following.push(`cpu${cpu} invpcid address ${hex(page)} pcid=${pcid}`);
    }
    this.#following.push(use());
  }

  /** Bits of a leaf that fit into the width of one write. */
  #narrowBits(): string {
    const bits = this.#bits();
    return this.#paging === 'pae' ? bits.replace('|nx', '').replace('nx', '0') : bits;
  }

  #host(): string {
    const frame = hex(this.#chance.pick(DATA_FRAMES));
    switch (this.#chance.below(9)) {
      case 0:
      case 1:
        return `host drop ${frame} 4K`;
      case 2:
        return `host drop ${hex(LARGE_PAGE)} ${this.#chance.pick(['4K', '2M'])}`;
      case 3:
        return `host protect ${frame} 4K ${this.#chance.pick(['ro', 'rw', 'rw'])}`;
      case 4:
        return `host dirty-log ${this.#chance.below(2)} ${this.#chance.pick(['on', 'on', 'off'])}`;
      case 5:
      case 6:
        return `host get-dirty ${this.#chance.below(2)}`;
      case 7:
        return `host mmu-pages ${64 + this.#chance.below(3) * 32}`;
      default:
        return this.#chance.percent(50)
          ? 'host slot 3 delete'
          : `host slot 3 gpa=${hex(MOVING_FRAME)} size=64K`;
    }
  }
}

/** A scenario of so many steps. */
export const randomScenario = (seed: number, steps: number): RandomScenario => ({
  seed,
  text: new Generator(seed, false).scenario(steps),
});

/** The same with a careful guest, on processors that remember nothing (`tlb=off`). */
export const carefulScenario = (seed: number, steps: number): RandomScenario => ({
  seed,
  text: new Generator(seed, true).scenario(steps),
});
