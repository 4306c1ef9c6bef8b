/**
 * Which translation the cursor is in: the access, or KVM's walk of the guest's tables, that began last; and what the log
 * says of it up to the cursor. One pass over the events between; it knows nothing of tables or of how a walk is drawn.
 */
import { EVENT, WALKER_CPU, WALKER_NESTED } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';

/** A reference that a walk made: the how-manieth, at which event. */
export interface Reference {
  readonly order: number;
  readonly event: number;
  readonly walker: number;
  readonly level: number;
  readonly index: number;
  /** Guest- or host-physical address of the entry, plain pair. */
  readonly hi: number;
  readonly lo: number;
  /** The entry as it was read. */
  readonly frame: number;
  readonly flags: number;
}

/** Where and why a walk ended. */
export interface WalkFault {
  readonly event: number;
  readonly level: number;
  readonly error: number;
}

export interface Focus {
  /** The event that begins it: after the cursor where nothing has been translated yet. */
  readonly start: number;
  readonly isAhead: boolean;
  readonly cpu: number;
  /** The linear address, plain pair. */
  readonly hi: number;
  readonly lo: number;
  /** PF bits of the access. */
  readonly access: number;
  /** The hardware's references, one- or two-dimensional. */
  readonly references: readonly Reference[];
  /** What KVM read of the guest's tables. */
  readonly elements: readonly Reference[];
  readonly fault: WalkFault | null;
  readonly guestFault: WalkFault | null;
  /** Frame that the TLB had for the address; null where a walk was needed. */
  readonly tlbFrame: number | null;
  /** Guest-physical addresses (as numbers) of entries whose A or D was set. */
  readonly setBits: ReadonlyMap<number, string>;
}

/** How far back a translation's beginning is looked for, in events. */
const REACH = 20_000;

const gpaOf = (hi: number, lo: number): number => (hi >>> 0) * 0x1_0000_0000 + (lo >>> 0);

/** The event that began the translation; -1 if there is none. */
function beginning(reader: LogReader, cursor: number): number {
  let walk = -1;
  for (let index = cursor; index >= Math.max(0, cursor - REACH); index--) {
    const kind = reader.kind(index);
    if (kind === EVENT.access) {
      // KVM's walk belongs to the access before it where both have the same address.
      const same =
        walk !== -1 &&
        reader.payload(walk, 0) === reader.payload(index, 0) &&
        reader.payload(walk, 1) === reader.payload(index, 1);
      return walk === -1 || same ? index : walk;
    }
    if (kind === EVENT.kvm_mmu_pagetable_walk && walk === -1) walk = index;
  }
  return walk;
}

type Mutable = {
  references: Reference[];
  elements: Reference[];
  fault: WalkFault | null;
  guestFault: WalkFault | null;
  tlbFrame: number | null;
  setBits: Map<number, string>;
};

function noteReference(reader: LogReader, event: number, into: Reference[]): void {
  const head = reader.payload(event, 0);
  into.push({
    order: into.length + 1,
    event,
    walker: head & 0xff,
    level: (head >>> 8) & 0xff,
    index: (head >>> 16) & 0xfff,
    hi: reader.payload(event, 1),
    lo: reader.payload(event, 2),
    frame: reader.payload(event, 3),
    flags: reader.payload(event, 4),
  });
}

function noteElement(reader: LogReader, event: number, into: Reference[]): void {
  into.push({
    order: into.length + 1,
    event,
    walker: -1,
    level: reader.payload(event, 2),
    index: 0,
    hi: reader.payload(event, 3),
    lo: reader.payload(event, 4),
    frame: reader.payload(event, 0),
    flags: reader.payload(event, 1),
  });
}

function noteBit(reader: LogReader, event: number, into: Map<number, string>, bit: string): void {
  const gpa = gpaOf(reader.payload(event, 0), reader.payload(event, 1));
  into.set(gpa, into.has(gpa) ? `${into.get(gpa)} ${bit}` : bit);
}

function note(reader: LogReader, event: number, found: Mutable): void {
  switch (reader.kind(event)) {
    case EVENT.reference: {
      const walker = reader.payload(event, 0) & 0xff;
      if (walker === WALKER_CPU || walker === WALKER_NESTED) noteReference(reader, event, found.references);
      break;
    }
    case EVENT.kvm_mmu_pagetable_walk:
      found.elements = [];
      found.guestFault = null;
      break;
    case EVENT.kvm_mmu_paging_element:
      noteElement(reader, event, found.elements);
      break;
    case EVENT.fault:
      found.fault = { event, level: reader.payload(event, 3), error: reader.payload(event, 2) };
      break;
    case EVENT.kvm_mmu_walker_error:
      found.guestFault = {
        event,
        level: found.elements.at(-1)?.level ?? 0,
        error: reader.payload(event, 0),
      };
      break;
    case EVENT.kvm_mmu_set_accessed_bit:
      noteBit(reader, event, found.setBits, 'A');
      break;
    case EVENT.kvm_mmu_set_dirty_bit:
      noteBit(reader, event, found.setBits, 'D');
      break;
    case EVENT.tlbHit:
      found.tlbFrame = reader.payload(event, 2);
      break;
  }
}

/** The translation that event `cursor` belongs to, or the first one where it stands before all; null where there is none. */
export function focusAt(reader: LogReader, cursor: number): Focus | null {
  const begun = beginning(reader, cursor);
  const isAhead = begun < 0;
  const start = isAhead ? reader.find(cursor, 1, (index) => reader.kind(index) === EVENT.access) : begun;
  if (start < 0) return null;
  const found: Mutable = {
    references: [],
    elements: [],
    fault: null,
    guestFault: null,
    tlbFrame: null,
    setBits: new Map(),
  };
  for (let event = start; event <= cursor; event++) note(reader, event, found);
  return {
    start,
    isAhead,
    cpu: reader.cpu(start) ?? 0,
    hi: reader.payload(start, 0),
    lo: reader.payload(start, 1),
    access: reader.payload(start, 2),
    ...found,
  };
}
