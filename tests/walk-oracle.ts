/**
 * A second opinion on page walks, in one dimension and in two: the manuals' words once more, over BigInt and plain objects, slowly,
 * and without a line of src/.
 *
 * Intel SDM vol. 3: chapter 4 (paging), section 29.3 (EPT), table 28-7 (exit qualification). AMD APM vol. 2: chapter 5 (paging),
 * section 15.25 (nested paging). Where the manuals leave a choice (when A flags of upper entries are set, whether a fault that is
 * certain is looked for before its time), the choice is that of the machines which made the recordings.
 */

export interface OracleGuest {
  readonly levels: 0 | 2 | 3 | 4 | 5;
  readonly pse: boolean;
  readonly nxe: boolean;
  readonly wp: boolean;
  readonly smep: boolean;
  readonly smap: boolean;
}

export interface OracleNested {
  readonly vendor: 'amd' | 'intel';
  readonly levels: 4 | 5;
  readonly noExecute: boolean;
  readonly accessedDirty: boolean;
  readonly modeBasedExecute: boolean;
  readonly executeOnly: boolean;
  readonly exitInformation: boolean;
}

export interface OracleMachine {
  readonly guest: OracleGuest;
  /** Null: the guest's tables lie in host memory themselves. */
  readonly nested: OracleNested | null;
  readonly amd: boolean;
  readonly maxphyaddr: number;
  readonly gigabytePages: boolean;
  readonly earlyA: boolean;
  /** Physical addresses of the top tables; the guest's with CR3's offset of the pointer table in a PAE guest. */
  readonly cr3: bigint;
  readonly nestedRoot: bigint;
  /** PAE: the four pointers, where the processor holds them. */
  readonly pdptes: readonly bigint[] | null;
  /** Aligned 8 bytes by their address; what is missing is 0. */
  readonly memory: Map<bigint, bigint>;
  /** Frames from here on hold nothing, and neither does frame 0. */
  readonly memoryEnd: bigint;
  /** How many guest-physical addresses the modification log still takes; null: there is none. */
  readonly logRoom: number | null;
}

export interface OracleAccess {
  readonly address: bigint;
  readonly write: boolean;
  readonly fetch: boolean;
  readonly user: boolean;
  readonly ac: boolean;
}

/** What a walk does that can be seen from outside, in lines; `outcome` is the last. */
export interface OracleResult {
  readonly references: readonly string[];
  readonly logged: readonly bigint[];
  readonly outcome: string;
}

/** Thrown where a walk ends without a translation. */
class Ends extends Error {}

const has = (value: bigint, bit: number): boolean => ((value >> BigInt(bit)) & 1n) === 1n;
const bits = (value: bigint, high: number, low: number): bigint =>
  (value >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);
const hex = (value: bigint): string => `0x${value.toString(16)}`;
const ADDRESS_BITS = 52;

interface Entry {
  readonly level: number;
  readonly at: bigint;
  readonly bytes: 4 | 8;
  value: bigint;
  /** EPT without A/D flags: whether the guest's entry may be written. */
  readonly writable: boolean;
  readonly rights: NestedAnd;
  readonly gpa: bigint;
}

/** AND of the rights of the nested entries. */
interface NestedAnd {
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  readonly userExecute: boolean;
}

const NO_RIGHTS: NestedAnd = { read: false, write: false, execute: false, userExecute: false };
const ALL_RIGHTS: NestedAnd = { read: true, write: true, execute: true, userExecute: true };

/** Why guest-physical memory is accessed. */
interface Purpose {
  readonly row: number;
  readonly read: boolean;
  readonly write: boolean;
  readonly fetch: boolean;
  /** Bits of the guest's page, for the final access. */
  readonly page: GuestPage | null;
}

interface GuestPage {
  readonly user: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
}

interface Reached {
  readonly hpa: bigint;
  readonly rights: NestedAnd;
  readonly leafLevel: number;
  readonly dirty: boolean;
}

export class WalkOracle {
  readonly #machine: OracleMachine;
  readonly #access: OracleAccess;
  readonly #references: string[] = [];
  readonly #logged: bigint[] = [];

  private constructor(machine: OracleMachine, access: OracleAccess) {
    this.#machine = machine;
    this.#access = access;
  }

  static walk(machine: OracleMachine, access: OracleAccess): OracleResult {
    const oracle = new WalkOracle(machine, access);
    let outcome: string;
    try {
      outcome = oracle.#translateLinear();
    } catch (ends) {
      if (!(ends instanceof Ends)) throw ends;
      outcome = ends.message;
    }
    return { references: oracle.#references, logged: oracle.#logged, outcome };
  }

  #translateLinear(): string {
    const { guest, nested } = this.#machine;
    const { address } = this.#access;
    if (guest.levels === 0) {
      const page = { user: true, writable: true, executable: true };
      return this.#finish(bits(address, 31, 0), page, 0, true, 32);
    }
    const path: Entry[] = [];
    let table = this.#machine.cr3;
    for (let level: number = guest.levels; ; level--) {
      const entry = this.#readGuestEntry(level, table);
      path.push(entry);
      this.#checkGuestEntry(entry);
      if (this.#isGuestLeaf(entry)) break;
      if (this.#machine.earlyA) this.#setGuestFlag(entry, 5);
      table = this.#tableAddress(entry);
    }
    const leaf = path.at(-1) as Entry;
    const page = this.#checkGuestRights(path);
    for (const entry of path) this.#setGuestFlag(entry, 5);
    const dirty = has(leaf.value, 6) || this.#access.write;
    if (this.#access.write) this.#setGuestFlag(leaf, 6);
    const size = this.#guestPageBits(leaf.level);
    const gpa = this.#guestPageAddress(leaf, size) | bits(address, size - 1, 0);
    if (!nested) return this.#result(gpa, page, leaf.level, size, dirty, null);
    return this.#finish(gpa, page, leaf.level, dirty, size);
  }

  /** The final access, through the nested tables if there are some. */
  #finish(gpa: bigint, page: GuestPage, guestLevel: number, guestDirty: boolean, size: number): string {
    const { write, fetch } = this.#access;
    const reached = this.#translateGuestPhysical(gpa, { row: 0, read: !write && !fetch, write, fetch, page });
    const nestedSize = 12 + (reached.leafLevel - 1) * 9;
    return this.#result(
      reached.hpa,
      page,
      guestLevel,
      Math.min(size, nestedSize),
      guestDirty && (reached.dirty || write),
      reached,
    );
  }

  #result(
    hpa: bigint,
    page: GuestPage,
    guestLevel: number,
    size: number,
    dirty: boolean,
    reached: Reached | null,
  ): string {
    const letters = (page.user ? 'u' : '-') + (page.writable ? 'w' : '-') + (page.executable ? 'x' : '-');
    const nested = reached ? ` nested=${this.#nestedLetters(reached.rights, page)} ${reached.leafLevel}` : '';
    return `ok ${hex(hpa)} guest=${letters} ${guestLevel}${nested} size=${size} dirty=${dirty}`;
  }

  #nestedLetters(rights: NestedAnd, page: GuestPage): string {
    const execute = this.#executable(rights, page);
    return (rights.read ? 'r' : '-') + (rights.write ? 'w' : '-') + (execute ? 'x' : '-');
  }

  #executable(rights: NestedAnd, page: GuestPage): boolean {
    return this.#machine.nested?.modeBasedExecute && page.user ? rights.userExecute : rights.execute;
  }

  // The guest's dimension.

  #readGuestEntry(level: number, table: bigint): Entry {
    const { guest, pdptes, nested } = this.#machine;
    const bytes = guest.levels === 2 ? 4 : 8;
    const width = bytes === 4 ? 10 : 9;
    const low = 12 + (level - 1) * width;
    const pointer = guest.levels === 3 && level === 3;
    const index = pointer
      ? bits(this.#access.address, 31, 30)
      : bits(this.#access.address, low + width - 1, low);
    const unreachable = { level, at: -1n, bytes, writable: true, rights: ALL_RIGHTS, gpa: 0n } as const;
    if (pointer && pdptes) return { ...unreachable, value: pdptes[Number(index)] as bigint };
    const gpa = table + index * BigInt(bytes);
    if (!nested)
      return { ...unreachable, at: gpa, gpa, value: this.#load(gpa, bytes, `g${level} ${hex(gpa)}`, level) };
    const asWrite = nested.vendor === 'amd' || nested.accessedDirty;
    const reached = this.#translateGuestPhysical(gpa, {
      row: level,
      read: true,
      write: asWrite,
      fetch: false,
      page: null,
    });
    const value = this.#load(reached.hpa, bytes, `g${level} ${hex(gpa)}`, level);
    return {
      level,
      at: reached.hpa,
      bytes,
      value,
      writable: reached.rights.write,
      rights: reached.rights,
      gpa,
    };
  }

  #checkGuestEntry(entry: Entry): void {
    const { guest } = this.#machine;
    if (!has(entry.value, 0)) this.#pageFault(0, entry.level);
    const held = guest.levels === 3 && entry.level === 3 && this.#machine.pdptes !== null;
    if (!held && this.#reservedBits(entry).some((bit) => has(entry.value, bit)))
      this.#pageFault(9, entry.level);
  }

  /** Numbers of the bits that must be 0 in a guest's entry. SDM tables 4-5 to 4-20, APM figures 5-9 to 5-25. */
  #reservedBits({ level, value }: Entry): number[] {
    const { guest, maxphyaddr, amd, gigabytePages } = this.#machine;
    const range = (low: number, high: number): number[] =>
      Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i);
    const large = has(value, 7);
    if (guest.levels === 2) return level === 2 && large && guest.pse ? [21] : [];
    const reserved = range(maxphyaddr, ADDRESS_BITS - 1);
    if (!guest.nxe) reserved.push(63);
    if (guest.levels === 3) {
      if (level === 3) return [1, 2, 5, 6, 7, 8, ...range(maxphyaddr, 63)];
      reserved.push(...range(52, 62));
    }
    if (level === 2 && large) reserved.push(...range(13, 20));
    if (level === 3 && large) reserved.push(...(gigabytePages ? range(13, 29) : [7]));
    if (level >= 4) reserved.push(7, ...(amd ? [8] : []));
    return reserved;
  }

  #isGuestLeaf({ level, value }: Entry): boolean {
    const { guest } = this.#machine;
    if (level === 1) return true;
    if (!has(value, 7)) return false;
    if (guest.levels === 2) return guest.pse;
    return level === 2 || (level === 3 && guest.levels >= 4);
  }

  #guestPageBits(level: number): number {
    if (this.#machine.guest.levels === 2) return level === 2 ? 22 : 12;
    return 12 + (level - 1) * 9;
  }

  #guestPageAddress(leaf: Entry, size: number): bigint {
    // PSE-36: bits 20..13 of a 4 MiB entry are bits 39..32 of the address.
    if (size === 22) return (bits(leaf.value, 20, 13) << 32n) | (bits(leaf.value, 31, 22) << 22n);
    return this.#tableAddress(leaf) & ~((1n << BigInt(size)) - 1n);
  }

  #tableAddress({ value, bytes }: Entry): bigint {
    return bits(value, bytes === 4 ? 31 : ADDRESS_BITS - 1, 12) << 12n;
  }

  /** Rights of a page, and the fault if they do not allow the access. SDM section 4.6.1. */
  #checkGuestRights(path: readonly Entry[]): GuestPage {
    const { guest } = this.#machine;
    const { write, fetch, user, ac } = this.#access;
    const entries = guest.levels === 3 ? path.slice(1) : path;
    const page: GuestPage = {
      user: entries.every((entry) => has(entry.value, 2)),
      writable: entries.every((entry) => has(entry.value, 1)),
      executable: !entries.some((entry) => entry.bytes === 8 && guest.nxe && has(entry.value, 63)),
    };
    let allowed: boolean;
    if (user) allowed = page.user && (!write || page.writable) && (!fetch || page.executable);
    else if (fetch) allowed = page.executable && !(guest.smep && page.user);
    else {
      const smapForbids = guest.smap && page.user && !ac;
      allowed = !smapForbids && (!write || page.writable || !guest.wp);
    }
    if (!allowed) this.#pageFault(1, (path.at(-1) as Entry).level);
    return page;
  }

  #pageFault(reason: number, level: number): never {
    const { guest } = this.#machine;
    const { write, user, fetch } = this.#access;
    const tellsFetch = (guest.nxe && guest.levels >= 3) || guest.smep;
    const code = reason | (write ? 2 : 0) | (user ? 4 : 0) | (fetch && tellsFetch ? 16 : 0);
    throw new Ends(`#PF ${hex(BigInt(code))} level=${level}`);
  }

  #setGuestFlag(entry: Entry, bit: number): void {
    const { nested, guest } = this.#machine;
    if (guest.levels === 3 && entry.level === 3) return;
    if (has(entry.value, bit)) return;
    if (nested && nested.vendor === 'intel' && !nested.accessedDirty && !entry.writable)
      this.#violation(
        entry.gpa,
        { row: entry.level, read: false, write: true, fetch: false, page: null },
        entry.rights,
        0,
      );
    entry.value |= 1n << BigInt(bit);
    this.#setFlag(entry.at, bit);
  }

  // The nested dimension.

  #translateGuestPhysical(gpa: bigint, purpose: Purpose): Reached {
    const nested = this.#machine.nested as OracleNested;
    const path: { at: bigint; value: bigint; level: number }[] = [];
    let table = this.#machine.nestedRoot;
    let rights = ALL_RIGHTS;
    for (let level: number = nested.levels; ; level--) {
      const low = 12 + (level - 1) * 9;
      const at = table + bits(gpa, low + 8, low) * 8n;
      const value = this.#load(at, 8, `n${level}`, purpose.row);
      if (!this.#isNestedPresent(value)) this.#violation(gpa, purpose, NO_RIGHTS, level);
      if (this.#isNestedMalformed(value, level)) this.#misconfiguration(gpa, purpose, level);
      rights = this.#and(rights, value);
      path.push({ at, value, level });
      if (level === 1 || (level <= 3 && has(value, 7))) break;
      if (this.#machine.earlyA) this.#setFlag(at, this.#flagBits().accessed);
      table = bits(value, ADDRESS_BITS - 1, 12) << 12n;
    }
    const leaf = path.at(-1) as { at: bigint; value: bigint; level: number };
    if (!this.#allows(rights, purpose)) this.#violation(gpa, purpose, rights, leaf.level);
    this.#setNestedFlags(path, gpa, purpose);
    const size = BigInt(12 + (leaf.level - 1) * 9);
    const within = (1n << size) - 1n;
    const hpa = ((bits(leaf.value, ADDRESS_BITS - 1, 12) << 12n) & ~within) | (gpa & within);
    const keepsDirty = nested.vendor === 'amd' || nested.accessedDirty;
    const dirty = !keepsDirty || has(leaf.value, this.#flagBits().dirty);
    return { hpa, rights, leafLevel: leaf.level, dirty };
  }

  #flagBits(): { accessed: number; dirty: number } {
    const amd = this.#machine.nested?.vendor === 'amd';
    return amd ? { accessed: 5, dirty: 6 } : { accessed: 8, dirty: 9 };
  }

  #isNestedPresent(value: bigint): boolean {
    const nested = this.#machine.nested as OracleNested;
    if (nested.vendor === 'amd') return has(value, 0);
    return bits(value, 2, 0) !== 0n || (nested.modeBasedExecute && has(value, 10));
  }

  /** Reserved bits of NPT; misconfigurations of EPT (SDM section 29.3.3.1). */
  #isNestedMalformed(value: bigint, level: number): boolean {
    const { nested, maxphyaddr, gigabytePages } = this.#machine as OracleMachine & { nested: OracleNested };
    const anyOf = (high: number, low: number): boolean => high >= low && bits(value, high, low) !== 0n;
    if (anyOf(ADDRESS_BITS - 1, maxphyaddr)) return true;
    const large = level > 1 && level <= 3 && has(value, 7);
    if (level === 3 && large && !gigabytePages) return true;
    if (nested.vendor === 'amd') {
      if (!nested.noExecute && has(value, 63)) return true;
      if (level >= 4) return anyOf(8, 7);
      return large && anyOf(level === 2 ? 20 : 29, 13);
    }
    const execute = has(value, 2) || (nested.modeBasedExecute && has(value, 10));
    if (!has(value, 0) && has(value, 1)) return true;
    if (!has(value, 0) && execute && !nested.executeOnly) return true;
    if (level >= 4) return anyOf(7, 3);
    if (level > 1 && !large) return anyOf(6, 3);
    if (large && anyOf(level === 2 ? 20 : 29, 12)) return true;
    return [2n, 3n, 7n].includes(bits(value, 5, 3));
  }

  #and(rights: NestedAnd, value: bigint): NestedAnd {
    const nested = this.#machine.nested as OracleNested;
    if (nested.vendor === 'amd') {
      const execute = rights.execute && !(nested.noExecute && has(value, 63));
      const read = rights.read && has(value, 2);
      return { read, write: rights.write && has(value, 1), execute, userExecute: execute };
    }
    return {
      read: rights.read && has(value, 0),
      write: rights.write && has(value, 1),
      execute: rights.execute && has(value, 2),
      userExecute: rights.userExecute && has(value, 10),
    };
  }

  #allows(rights: NestedAnd, purpose: Purpose): boolean {
    const nested = this.#machine.nested as OracleNested;
    // Every access through NPT is a user's: U must be set whatever it does. On Intel, R is asked of reads alone.
    if (nested.vendor === 'amd' && !rights.read) return false;
    if (purpose.write && !rights.write) return false;
    if (purpose.fetch) return this.#executable(rights, purpose.page as GuestPage);
    return !purpose.read || rights.read;
  }

  #setNestedFlags(path: { at: bigint; value: bigint; level: number }[], gpa: bigint, purpose: Purpose): void {
    const { nested, logRoom } = this.#machine as OracleMachine & { nested: OracleNested };
    if (nested.vendor === 'intel' && !nested.accessedDirty) return;
    const { accessed, dirty } = this.#flagBits();
    const leaf = path.at(-1) as { at: bigint; value: bigint };
    // As memory is now: with early A flags the upper ones have been set on the way.
    const now = (at: bigint): bigint => this.#machine.memory.get(at) ?? 0n;
    const dirties = purpose.write && !has(now(leaf.at), dirty);
    if (!dirties && path.every(({ at }) => has(now(at), accessed))) return;
    if (logRoom !== null && this.#logged.length >= logRoom) throw new Ends(`log-full ${hex(gpa)}`);
    for (const { at } of path) this.#setFlag(at, accessed);
    if (!dirties) return;
    this.#setFlag(leaf.at, dirty);
    if (logRoom !== null) this.#logged.push(gpa >> 12n);
  }

  #violation(gpa: bigint, purpose: Purpose, rights: NestedAnd, level: number): never {
    const nested = this.#machine.nested as OracleNested;
    const place = `${hex(gpa)} row=${purpose.row} level=${level}`;
    if (nested.vendor === 'amd') {
      const present = rights !== NO_RIGHTS;
      throw new Ends(`#NPF ${hex(this.#npfCode(purpose, present ? 1n : 0n))} ${place}`);
    }
    throw new Ends(`violation ${hex(this.#qualification(purpose, rights))} ${place}`);
  }

  #npfCode(purpose: Purpose, reason: bigint): bigint {
    const nested = this.#machine.nested as OracleNested;
    const stage = purpose.row === 0 ? 1n << 32n : 1n << 33n;
    const fetch = purpose.fetch && nested.noExecute ? 16n : 0n;
    return stage | reason | (purpose.write ? 2n : 0n) | 4n | fetch;
  }

  #qualification(purpose: Purpose, rights: NestedAnd): bigint {
    const nested = this.#machine.nested as OracleNested;
    const set: (readonly [number, boolean])[] = [
      [0, purpose.read],
      [1, purpose.write],
      [2, purpose.fetch],
      [3, rights.read],
      [4, rights.write],
      [5, rights.execute],
      [6, nested.modeBasedExecute && rights.userExecute],
      [7, true],
      [8, purpose.row === 0],
    ];
    const { page } = purpose;
    if (page && nested.exitInformation) set.push([9, page.user], [10, page.writable], [11, !page.executable]);
    return set.reduce((value, [bit, on]) => (on ? value | (1n << BigInt(bit)) : value), 0n);
  }

  #misconfiguration(gpa: bigint, purpose: Purpose, level: number): never {
    const nested = this.#machine.nested as OracleNested;
    const place = `${hex(gpa)} row=${purpose.row} level=${level}`;
    if (nested.vendor === 'amd') throw new Ends(`#NPF ${hex(this.#npfCode(purpose, 9n))} ${place}`);
    throw new Ends(`misconfiguration ${place}`);
  }

  // Memory.

  #load(at: bigint, bytes: 4 | 8, what: string, row: number): bigint {
    const backed = at >= 0x1000n && at < this.#machine.memoryEnd;
    const whole = this.#machine.memory.get(at & ~7n) ?? 0n;
    let value = whole;
    if (bytes === 4) value = has(at, 2) ? whole >> 32n : bits(whole, 31, 0);
    this.#references.push(`${row}: ${what} at ${backed ? hex(at) : 'nothing'} is ${hex(value)}`);
    return value;
  }

  #setFlag(at: bigint, bit: number): void {
    const aligned = at & ~7n;
    const shift = BigInt(bit) + (at - aligned) * 8n;
    this.#machine.memory.set(aligned, (this.#machine.memory.get(aligned) ?? 0n) | (1n << shift));
  }
}
