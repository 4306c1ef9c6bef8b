/** Facts about the processor's own walks. */
import { PTE } from '#arch/entry.ts';
import { EPT } from '#arch/ept.ts';
import { PF } from '#arch/fault.ts';
import { EVENT, WALKER_NESTED } from '#machine/events.ts';
import { indexText } from '#ui/entry-text.ts';
import { guestEntryAt } from '#ui/subject.ts';
import { code, type Value } from '#ui/words/text.ts';
import { type FaultReason, faultReason, type PathEntry } from './fault-reason.ts';
import { nestedFaultReason, nestedPathTo, nestedRulesAt } from './nested-fault-reason.ts';
import {
  before,
  guestFrame,
  guestPhysical,
  hostFrame,
  linear,
  pathSince,
  type Source,
  slotAt,
  slotValue,
  word,
} from './source.ts';

export type AccessKind = 'read' | 'write' | 'fetch';

const accessKind = (error: number): AccessKind =>
  error & PF.fetch ? 'fetch' : error & PF.write ? 'write' : 'read';

export function accessFacts(source: Source) {
  const access = word(source, 2);
  return {
    gva: linear(source, 0),
    access: accessKind(access),
    isUser: (access & PF.user) !== 0,
    tables: walkedTables(source),
  };
}

/** Which tables the processor walks: the guest's own, those that the hypervisor made of them, nested ones, or the guest's and nested ones. */
function walkedTables({ atlas, reader, index }: Source): 'guest' | 'shadow' | 'nested' | 'both' {
  if (atlas.machine === 'bare') return 'guest';
  if (!atlas.nested) return 'shadow';
  return atlas.registers[reader.cpu(index) ?? 0]?.paging === 'off' ? 'nested' : 'both';
}

/** Name of the entry that was read, by its place in the machine or in guest memory; its index alone where neither tells. */
function referenceSlot(source: Source): Value {
  const own = slotAt(source, word(source, 5));
  if (own) return own;
  const index = (word(source, 0) >>> 16) & 0xfff;
  const at = guestEntryAt(source.atlas, word(source, 1), word(source, 2));
  const table = at && source.atlas.table(at.table);
  return table ? slotValue(table, index) : code(`[${indexText(index)}]`);
}

function referenceTarget(source: Source): Value {
  const frame = word(source, 3);
  if (word(source, 5) === 0) return guestFrame(frame);
  const table = source.names.tableInFrame(frame, source.index);
  return table ? code(table, { kind: 'table', table }) : hostFrame(source, frame);
}

/** Of an EPT entry one of R, W, X is enough; NPT's P is the first of them. */
const PRESENT_IN_NESTED = EPT.read | EPT.write | EPT.execute;

export function referenceFacts(source: Source) {
  const isNested = (word(source, 0) & 0xff) === WALKER_NESTED;
  return {
    level: (word(source, 0) >>> 8) & 0xff,
    slot: referenceSlot(source),
    isNested,
    isPresent: (word(source, 4) & (isNested ? PRESENT_IN_NESTED : PTE.present)) !== 0,
    target: referenceTarget(source),
  };
}

export function translatedFacts(source: Source) {
  const frame = word(source, 2);
  return {
    gva: linear(source, 0),
    frame: source.atlas.machine === 'bare' ? guestFrame(frame) : hostFrame(source, frame),
    noted: newNotes(source).map(guestFrame),
  };
}

/** Guest frames that the processor noted as written at this event. */
function newNotes({ atlas, reader, index }: Source): number[] {
  const notes = atlas.nested?.notes(reader.cpu(index) ?? 0) ?? [];
  const changed = new Set(notes.length > 0 ? reader.changes(index).map(({ place }) => place) : []);
  return notes.filter(({ place }) => changed.has(place)).map(({ gfn }) => gfn);
}

/** A paging-structure cache spared the entries down to a level. */
export function tableHitFacts(source: Source) {
  const isNested = (word(source, 0) & 0xff) === WALKER_NESTED;
  return {
    level: (word(source, 0) >>> 8) & 0xff,
    isNested,
    address: isNested ? guestPhysical(source, 1) : linear(source, 1),
    sparesNestedWalks: !isNested && walkedTables(source) === 'both',
  };
}

export const frameHitFacts = (source: Source) => ({
  gfn: guestFrame(word(source, 0)),
  frame: hostFrame(source, word(source, 1)),
});

/** Who made the processor forget, and of which address, where it is one. */
export const flushFacts = (source: Source) => ({
  by: code(source.reader.text(word(source, 1))),
  address: word(source, 2) === 0 && word(source, 3) === 0 ? null : linear(source, 2),
});

export function faultFacts(source: Source) {
  const { reader, index } = source;
  const start = before(source, EVENT.access);
  const access = reader.payload(start, 2);
  const rules = nestedRulesAt(reader, index);
  const row = word(source, 3);
  const reason: FaultReason | null = rules
    ? nestedFaultReason(nestedPathTo(reader, index), access, row === 0, rules)
    : faultReason(guestPath(source, start), word(source, 2));
  return {
    gva: linear(source, 0),
    access: accessKind(access),
    reason,
    /** The guest's level whose entry was looked for, or 0 for the page itself; null: the fault is none of nested tables. */
    nestedFor: rules && row,
    /** The processor raises the guest's own fault by itself: nobody else learns of it. */
    isWithoutExit: rules === null && source.atlas.nested !== null,
  };
}

/** The entries that were read since event `start`, without those of nested tables. */
const guestPath = (source: Source, start: number): PathEntry[] =>
  pathSince(
    source,
    start,
    EVENT.reference,
    (event) => (source.reader.payload(event, 0) & 0xff) !== WALKER_NESTED,
  );
