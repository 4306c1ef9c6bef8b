/**
 * The neutral reading of a machine at a moment: its tables, their entries, and the links between them, in one vocabulary
 * for every hypervisor. Pure functions of the machine's words; nothing is kept.
 */
import type { EptRule } from '#arch/ept.ts';
import type { RegisterName } from '#machine/events.ts';

/** What an entry is, as far as the hardware and the hypervisor tell it apart. `removed`: it is about to go, and nobody may touch it. */
export type EntryKind = 'table' | 'leaf' | 'mmio' | 'removed' | 'not-present';

/** How the bits of an entry are placed: x86 (AMD's nested tables too), Intel's EPT, EPT that keeps no A and D. */
export type EntryFormatName = 'x86' | 'ept' | 'ept-noad';

export interface AtlasEntry {
  readonly index: number;
  /** Place of the entry's first word in the machine. 4-byte entries share a place with a neighbour; (place, index) is unique. */
  readonly place: number;
  /** The entry as a swizzled pair. */
  readonly frame: number;
  readonly flags: number;
  readonly kind: EntryKind;
  /** Id of the table it points to, where that is known. */
  readonly target: string | null;
  /** The guest frame that an MMIO entry stands for. */
  readonly mmioGfn?: number;
}

/** The key under which KVM keeps a shadow page, in words. */
export interface AtlasRole {
  readonly word: number;
  readonly level: number;
  readonly direct: boolean;
  readonly quadrant: number;
  readonly fourByteEntries: boolean;
  /** Rights that the path above allows, as x 1, w 2, u 4. */
  readonly access: number;
  readonly invalid: boolean;
}

export interface AtlasTable {
  /** `g:106` for the guest's table in frame 0x106 (`g:106/2` where it is used at another level too), `t3` for a hypervisor's. */
  readonly id: string;
  readonly side: 'guest' | 'hypervisor';
  /** What people call it: `0x106000`, `t3`, or `pae root` for a root that is no shadow page. */
  readonly name: string;
  readonly level: number;
  readonly entryBytes: 4 | 8;
  readonly format: EntryFormatName;
  /** What indexes it: linear addresses, or, in nested tables, guest-physical ones. */
  readonly translates: 'gva' | 'gpa';
  /** Its own frame: a guest frame number for the guest's, a host frame number for the hypervisor's. */
  readonly frame: number;
  /** Entries that are not zero, in order. */
  readonly entries: readonly AtlasEntry[];
  /** vCPUs whose walks begin here. */
  readonly rootOf: readonly number[];

  /** Hypervisor's tables: the guest frame it stands for (a direct one: the first frame it maps). */
  readonly gfn: number | null;
  readonly role: AtlasRole | null;
  readonly rootCount: number;
  readonly unsync: boolean;
  readonly unsyncChildren: number;
  readonly obsolete: boolean;
  /** It is found by walking from its root alone: it is in no hash, and no reverse map names its entries (KVM's TDP MMU). */
  readonly byWalk: boolean;
  /** It is there only because code may not run from a large page. */
  readonly forCode: boolean;
  /** Writes to the guest's table behind it since it was used last, as far as KVM counts them. */
  readonly writeFlooding: number;
  /** Ids of the hypervisor's tables that shadow a guest's table; of a hypervisor's: the guest's table, if it is listed. */
  readonly shadows: readonly string[];
  /** Guest's tables: whether the guest may write them without a fault. null: nothing maps the table's page. */
  readonly writable: boolean | null;
  /** Places of the entries that point to it. */
  readonly parents: readonly number[];
}

export interface AtlasRegisters {
  readonly cpu: number;
  readonly paging: string;
  readonly cr0: number;
  /** Plain pairs. */
  readonly cr3: readonly [number, number];
  readonly cr4: number;
  readonly efer: number;
  /** Id of the table that the hardware's walk begins at. */
  readonly hardwareRoot: string | null;
}

/** A register as the machine keeps it. */
export interface AtlasRegister {
  /** Place of its first word, and how many it has. */
  readonly place: number;
  readonly words: number;
  /** Its value, a plain pair. */
  readonly hi: number;
  readonly lo: number;
}

export interface AtlasSlot {
  readonly id: number;
  readonly baseGfn: number;
  readonly pages: number;
  readonly readOnly: boolean;
  readonly dirtyLog: boolean;
  readonly huge: boolean;
}

/** What is known of one page of a slot's memory. */
export interface AtlasPage {
  readonly gfn: number;
  readonly slot: number;
  /** Frames from the slot's first. */
  readonly index: number;
  /** Host frame, once it has a number. */
  readonly hostFrame: number | null;
  /** `zero`: the host's shared page of zeros; `dropped`: the host took it away and nobody has touched it since. */
  readonly state: 'resident' | 'zero' | 'dropped';
  readonly hostWritable: boolean;
  /** Level of the entry by which the host maps it: 2 for an undivided 2 MiB page, 3 for a 1 GiB page. */
  readonly hostLevel: 1 | 2 | 3;
  /** Written since the dirty log was read last; false where writes are not logged. */
  readonly dirty: boolean;
  /** KVM intercepts every write to it. */
  readonly tracked: boolean;
}

/** What an MMIO entry says instead of a frame. */
export interface AtlasMmio {
  readonly gfn: number;
  /** Rights as x86 bits W and U; null where the format keeps none. */
  readonly access: number | null;
  /** Generation of the memory slots that it was made in, and the one that they have now: where these differ, it says nothing. */
  readonly generation: number;
  readonly slotsGeneration: number;
}

/** A note of the processor's: that it set D in the entry of a guest frame. */
export interface AtlasNote {
  readonly gfn: number;
  /** Place of the word that it is in. */
  readonly place: number;
}

/** Two-dimensional paging: the hardware walks the guest's own tables, and nested ones for each step of that. */
export interface AtlasNested {
  /** Which of KVM's MMUs keeps the nested tables: the TDP MMU, or the older one with reverse maps and a hash. */
  readonly mmu: 'tdp' | 'tdp-legacy';
  readonly vendor: 'amd' | 'intel';
  /** The format of nested entries. */
  readonly format: EntryFormatName;
  /** What a vCPU's processor has noted as written, and KVM has not read yet; null without page-modification logging. */
  notes(cpu: number): readonly AtlasNote[] | null;
  /** Places of the leaves that map a guest frame: one in each root's tree at most. */
  leaves(gfn: number): readonly number[];
  /** The rule that the EPT entry at a place breaks; null for any other. */
  brokenRule(place: number): EptRule | null;
}

export interface Atlas {
  readonly machine: 'bare' | 'kvm' | 'xen';
  /** Guest's tables reachable from the vCPUs' CR3, parents before children. */
  readonly guestTables: readonly AtlasTable[];
  /** Hypervisor's tables in use, from the roots down, unreachable ones last. Empty on a bare machine. */
  readonly hypervisorTables: readonly AtlasTable[];
  readonly registers: readonly AtlasRegisters[];
  readonly slots: readonly AtlasSlot[];
  /** Null where the hardware walks one set of tables. */
  readonly nested: AtlasNested | null;
  table(id: string): AtlasTable | null;
  /** The table and index that a place belongs to; null if it is no entry of a listed table. */
  locate(place: number): { table: AtlasTable; index: number } | null;
  /** Places of all entries that map a guest frame, oldest first. */
  rmap(gfn: number): readonly number[];
  /** The guest frame that the hypervisor's leaf at a place maps (of a large page, its first); null for anything else, and while that is not noted yet. */
  mappedFrame(place: number): number | null;
  /** What the MMIO entry at a place says; null for any other. */
  mmio(place: number): AtlasMmio | null;
  /** Ids of the tables in the hash bucket of a hypervisor's table, as a search meets them; empty for what is in no hash. */
  bucket(tableId: string): readonly string[];
  /** What is known of a guest frame; null without a slot. */
  page(gfn: number): AtlasPage | null;
  /** Host frame behind a guest frame, or null if none is known. */
  hostFrame(gfn: number): number | null;
  /** Place of the first word of what a host frame holds; 0 where nothing was ever stored there. */
  memory(hostFrame: number): number;
  /** A vCPU's register, by its name in REGISTERS; null where there is no such vCPU. */
  register(cpu: number, name: RegisterName): AtlasRegister | null;
}
