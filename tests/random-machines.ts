/** Small machines made by chance, for page walks: tables that grant much, and are then spoilt here and there. */
import { type NestedFormat, type PagingFormat, pagingFormat } from '#arch/entry-format.ts';
import { eptFormat } from '#arch/ept.ts';
import { TestMemory } from '#arch/nested.fixture.ts';
import { nptFormat } from '#arch/npt.ts';
import { CR0, CR4, EFER, type PagingMode, pagingMode } from '#arch/paging-mode.ts';
import type { Roots, WalkRequest } from '#arch/walk-request.ts';
import type { Chance } from './chance.ts';
import type { OracleGuest, OracleMachine, OracleNested } from './walk-oracle.ts';

/** Host frames of a machine. */
export const FRAMES = 128;
/** Guest frame = one of these + the host frame it lies in, so that nested pages of any size can map it. */
const BASES = [0, 0x200, 0x4_0000, 0x800_0000];

/** An entry that was put into a table. */
interface Put {
  readonly frame: number;
  readonly index: number;
  readonly bytes: 4 | 8;
  /** Its address stays as it is, but for reserved bits: nested tables lie within memory. */
  readonly fixed: boolean;
}

/** A value as both walkers write it. */
export const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** Host memory that both walkers see: words for the one, values by address for the other. */
class BothMemories extends TestMemory {
  readonly values = new Map<bigint, bigint>();

  constructor() {
    super(FRAMES);
  }

  override place(frame: number): number {
    return frame >>> 0 < FRAMES ? frame << 10 : 0;
  }

  override put(frame: number, index: number, value: bigint, bytes: 4 | 8 = 8): void {
    super.put(frame, index, value, bytes);
    const pair = bytes === 8 ? index : index >>> 1;
    this.values.set((BigInt(frame) << 12n) + BigInt(pair * 8), this.get(frame, pair));
  }

  /** Addresses at which the two differ. */
  differences(): string[] {
    return [...this.values].flatMap(([address, value]) => {
      const mine = this.get(Number(address >> 12n), Number((address & 0xfffn) / 8n));
      return mine === value ? [] : [`[${hex(address)}] is ${hex(mine)}, should be ${hex(value)}`];
    });
  }
}

function randomGuest(chance: Chance): OracleGuest {
  const levels = chance.pick([0, 2, 3, 4, 4, 5] as const);
  return {
    levels,
    pse: levels !== 2 || chance.percent(80),
    nxe: levels >= 3 && chance.percent(80),
    wp: chance.percent(70),
    smep: chance.percent(30),
    smap: chance.percent(30),
  };
}

function randomNested(chance: Chance): OracleNested {
  const vendor = chance.pick(['amd', 'intel'] as const);
  const intel = vendor === 'intel';
  return {
    vendor,
    levels: chance.pick([4, 5] as const),
    noExecute: !intel && chance.percent(80),
    accessedDirty: intel && chance.percent(60),
    modeBasedExecute: intel && chance.percent(30),
    executeOnly: intel && chance.percent(70),
    exitInformation: intel && chance.percent(70),
  };
}

const formats = new Map<string, unknown>();

/** The format that `make` makes, made once for a key. */
function formatOf<Format>(key: unknown, make: () => Format): Format {
  const name = JSON.stringify(key);
  if (!formats.has(name)) formats.set(name, make());
  return formats.get(name) as Format;
}

/** A machine for both walkers. */
export interface RandomMachine {
  readonly memory: BothMemories;
  readonly oracle: OracleMachine;
  readonly request: WalkRequest;
  readonly roots: Roots;
  readonly addresses: readonly bigint[];
}

class Builder {
  readonly #chance: Chance;
  readonly #memory = new BothMemories();
  readonly #guest: OracleGuest;
  readonly #nested: OracleNested | null;
  readonly #maxphyaddr: number;
  readonly #bases: readonly number[];
  readonly #puts: Put[] = [];
  /** Whether A and D are set everywhere, so that entries are plain until one is spoilt. */
  readonly #hasBeenUsed: boolean;
  readonly #amd: boolean;

  constructor(chance: Chance) {
    this.#chance = chance;
    this.#hasBeenUsed = chance.percent(50);
    this.#guest = randomGuest(chance);
    const linear = this.#guest.levels > 0 && chance.percent(20);
    this.#nested = linear ? null : randomNested(chance);
    this.#amd = this.#nested ? this.#nested.vendor === 'amd' : chance.percent(50);
    this.#maxphyaddr = chance.pick([36, 40, 44]);
    // In one dimension a guest frame is the host frame.
    this.#bases = BASES.slice(0, linear ? 1 : this.#maxphyaddr === 36 ? 3 : 4);
  }

  build(): RandomMachine {
    const chance = this.#chance;
    const guest = this.#guest;
    const nestedRoot = this.#memory.allocate();
    const guestRoot = this.#guestFrame(nestedRoot);
    const firstPointer = guest.levels === 3 ? chance.below(128) * 4 : 0;
    const addresses = Array.from({ length: 3 }, () => this.#linear());
    for (const address of addresses) this.#mapLinear(nestedRoot, guestRoot, firstPointer, address);
    for (let i = chance.below(4); i > 0; i--) this.#spoil();
    const held = guest.levels === 3 && (!this.#amd || chance.percent(30));
    const pointers = this.#pointers(guestRoot, firstPointer);
    const machine = {
      amd: this.#amd,
      maxphyaddr: this.#maxphyaddr,
      gigabytePages: chance.percent(80),
    };
    const earlyA = machine.amd && chance.percent(50);
    const logged = this.#nested?.accessedDirty && chance.percent(50);
    const roots = {
      guest: guestRoot,
      firstPointer,
      pdptes: held ? this.#hold(pointers) << 10 : 0,
      nested: nestedRoot,
    };
    return {
      memory: this.#memory,
      roots,
      addresses,
      request: {
        ...this.#formats(machine),
        memory: this.#memory,
        earlyA,
        trace: null,
        caches: null,
      },
      oracle: {
        ...machine,
        guest,
        nested: this.#nested,
        earlyA,
        cr3: (BigInt(guestRoot) << 12n) + BigInt(firstPointer * 8),
        nestedRoot: BigInt(nestedRoot) << 12n,
        pdptes: held ? pointers : null,
        memory: this.#memory.values,
        memoryEnd: BigInt(FRAMES) << 12n,
        logRoom: logged ? chance.below(6) : null,
      },
    };
  }

  #formats(machine: Pick<OracleMachine, 'amd' | 'maxphyaddr' | 'gigabytePages'>): {
    mode: PagingMode;
    guest: PagingFormat;
    nested: NestedFormat | null;
  } {
    const { amd, maxphyaddr, gigabytePages } = machine;
    const mode = modeOf(this.#guest);
    const nested = this.#nested;
    return {
      mode,
      guest: formatOf([mode, machine], () =>
        pagingFormat(mode, { maxphyaddr, amd, gigabytePages, pse36Bits: 8 }),
      ),
      nested:
        nested &&
        formatOf([nested, machine], () =>
          amd
            ? nptFormat({ levels: nested.levels, maxphyaddr, gigabytePages, noExecute: nested.noExecute })
            : eptFormat({ ...nested, maxphyaddr, gigabytePages }),
        ),
    };
  }

  /** A host frame, as the guest frame that the nested tables map to it. */
  #guestFrame(nestedRoot: number): number {
    const host = this.#memory.allocate();
    const gfn = this.#chance.pick(this.#bases) + host;
    this.#mapNested(nestedRoot, gfn);
    return gfn;
  }

  #linear(): bigint {
    const indexes = { 0: [], 2: [10, 10], 3: [2, 9, 9], 4: [9, 9, 9, 9], 5: [9, 9, 9, 9, 9] }[
      this.#guest.levels
    ];
    // Few indexes, so that tables are shared.
    const random = indexes.reduce(
      (address, width) => (address << BigInt(width)) | BigInt(this.#chance.pick([0, 1, 2 ** width - 1])),
      0n,
    );
    if (this.#guest.levels === 0) return BigInt(this.#chance.pick(this.#bases) + 1) << 12n;
    return BigInt.asUintN(64, BigInt.asIntN(indexes.length * 9 + 12, random << 12n)) & this.#linearMask();
  }

  #linearMask(): bigint {
    return this.#guest.levels >= 4 ? (1n << 64n) - 1n : 0xffff_ffffn;
  }

  #mapLinear(nestedRoot: number, guestRoot: number, firstPointer: number, address: bigint): void {
    const { levels } = this.#guest;
    if (levels === 0) {
      this.#mapNested(nestedRoot, Number(address >> 12n));
      return;
    }
    const bytes = levels === 2 ? 4 : 8;
    const width = bytes === 4 ? 10 : 9;
    let table = guestRoot;
    for (let level: number = levels; level >= 1; level--) {
      const pointer = levels === 3 && level === 3;
      const cut = Number((address >> BigInt(12 + (level - 1) * width)) & BigInt(2 ** width - 1));
      const index = pointer ? firstPointer + Number((address >> 30n) & 3n) : cut;
      const host = table & (FRAMES - 1);
      const known = this.#memory.get(host, index, bytes);
      if (known !== 0n) {
        if (level > 1 && known & 0x80n && !pointer) return;
        table = Number((known >> 12n) & 0xfff_ffffn);
        continue;
      }
      const leaf = level === 1 || (!pointer && level <= 3 && this.#chance.percent(25));
      const target = this.#guestFrame(nestedRoot);
      const size = BigInt(leaf ? 2 ** ((level - 1) * width) : 1);
      const flags = pointer ? 1n : 7n | this.#flags(0x60n) | (leaf && level > 1 ? 0x80n : 0n);
      const frame = (BigInt(target) / size) * size;
      this.#puts.push({ frame: host, index, bytes, fixed: this.#nested === null });
      this.#memory.put(host, index, ((frame << 12n) & (bytes === 4 ? 0xffff_ffffn : -1n)) | flags, bytes);
      if (leaf) {
        this.#mapNested(nestedRoot, Number(frame | ((address >> 12n) & (size - 1n))));
        return;
      }
      table = target;
    }
  }

  #mapNested(root: number, gfn: number): void {
    const nested = this.#nested;
    if (nested === null) return;
    const amd = nested.vendor === 'amd';
    const rights = 7n | (nested.modeBasedExecute ? 0x400n : 0n);
    let table = root;
    for (let level: number = nested.levels; level >= 1; level--) {
      const index = Math.floor(gfn / 2 ** ((level - 1) * 9)) % 512;
      const known = this.#memory.get(table, index);
      if (known !== 0n) {
        if (known & 0x80n) return;
        table = Number((known >> 12n) & BigInt(FRAMES - 1));
        continue;
      }
      const leaf = level === 1 || (level <= 3 && this.#chance.percent(20));
      const flags = rights | this.#flags(amd ? 0x60n : 0x300n) | (leaf && level > 1 ? 0x80n : 0n);
      const type = leaf && !amd ? BigInt(this.#chance.pick([0, 1, 4, 5, 6])) << 3n : 0n;
      const below = leaf ? (level === 1 ? gfn & (FRAMES - 1) : 0) : this.#memory.allocate();
      this.#puts.push({ frame: table, index, bytes: 8, fixed: true });
      this.#memory.put(table, index, (BigInt(below) << 12n) | flags | type);
      if (leaf) return;
      table = below;
    }
  }

  /** Some of the flags in a mask; in a machine that has been used, all of them. */
  #flags(mask: bigint): bigint {
    return this.#hasBeenUsed ? mask : BigInt(this.#chance.below(4096)) & mask;
  }

  /** Changes one entry: a flag, a low or a high bit of the address, its rights, or all of its flags. */
  #spoil(): void {
    const chance = this.#chance;
    const { frame, index, bytes, fixed } = chance.pick(this.#puts);
    const value = this.#memory.get(frame, index, bytes);
    const bit = (low: number, high: number): bigint => 1n << BigInt(low + chance.below(high - low + 1));
    const change = chance.below(10);
    let spoilt = value ^ bit(0, 11);
    if (change < 3) spoilt = value & ~bit(0, 2);
    else if (change === 3 && !fixed) spoilt = value ^ bit(12, 18);
    else if (change === 4) spoilt = value ^ bit(fixed ? 44 : 36, 63);
    else if (change === 5) spoilt = value ^ (1n << 63n);
    else if (change === 6) spoilt = (value & ~0xfffn) | BigInt(chance.below(4096));
    this.#memory.put(frame, index, bytes === 4 ? spoilt & 0xffff_ffffn : spoilt, bytes);
  }

  /** What a write of CR3 would load into the processor, which refuses addresses that are too large. */
  #pointers(guestRoot: number, firstPointer: number): bigint[] {
    return [0, 1, 2, 3].map(
      (i) =>
        this.#memory.get(guestRoot & (FRAMES - 1), firstPointer + i) &
        ((1n << BigInt(this.#maxphyaddr)) - 1n),
    );
  }

  /** Words for the pointers that the processor holds. Returns their frame. */
  #hold(pointers: readonly bigint[]): number {
    const frame = this.#memory.allocate();
    pointers.forEach((pointer, i) => {
      this.#memory.put(frame, i, pointer);
    });
    return frame;
  }
}

function modeOf(guest: OracleGuest): PagingMode {
  const when = (on: boolean, bit: number): number => (on ? bit : 0);
  return pagingMode(
    CR0.PE | when(guest.levels > 0, CR0.PG) | when(guest.wp, CR0.WP),
    when(guest.pse, CR4.PSE) |
      when(guest.levels >= 3, CR4.PAE) |
      when(guest.levels === 5, CR4.LA57) |
      when(guest.smep, CR4.SMEP) |
      when(guest.smap, CR4.SMAP),
    when(guest.levels >= 4, EFER.LME | EFER.LMA) | when(guest.nxe, EFER.NXE),
  );
}

/** A machine, the same for the same state of `chance`. */
export const randomMachine = (chance: Chance): RandomMachine => new Builder(chance).build();
