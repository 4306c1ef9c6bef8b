/** Facts about the processor's own walks. */
import { PTE } from '#arch/entry.ts';
import { PF } from '#arch/fault.ts';
import { EVENT } from '#machine/events.ts';
import { hex, indexText, slotText } from '#ui/entry-text.ts';
import { guestEntryAt } from '#ui/subject.ts';
import { code, inSpace, type Value } from '#ui/words/text.ts';
import { type FaultReason, faultReason } from './fault-reason.ts';
import { before, guestFrame, hostFrame, linear, pathSince, type Source, slotAt, word } from './source.ts';

export type AccessKind = 'read' | 'write' | 'fetch';

const accessKind = (error: number): AccessKind =>
  error & PF.fetch ? 'fetch' : error & PF.write ? 'write' : 'read';

export function accessFacts(source: Source) {
  const access = word(source, 2);
  return {
    gva: linear(source, 0),
    access: accessKind(access),
    isUser: (access & PF.user) !== 0,
    isBare: source.atlas.machine === 'bare',
  };
}

/** Name of the entry that was read, by its place in the machine or in guest memory; its index alone where neither tells. */
function referenceSlot(source: Source): Value {
  const own = slotAt(source, word(source, 5));
  if (own) return own;
  const index = (word(source, 0) >>> 16) & 0xfff;
  const at = guestEntryAt(source.atlas, word(source, 1), word(source, 2));
  const table = at && source.atlas.table(at.table);
  return code(table ? slotText(table, index) : `[${indexText(index)}]`);
}

function referenceTarget(source: Source): Value {
  const frame = word(source, 3);
  if (word(source, 5) === 0) return guestFrame(frame);
  const table = source.names.tableInFrame(frame, source.index);
  return table ? code(table) : hostFrame(source, frame);
}

export function referenceFacts(source: Source) {
  return {
    level: (word(source, 0) >>> 8) & 0xff,
    slot: referenceSlot(source),
    isPresent: (word(source, 4) & PTE.present) !== 0,
    target: referenceTarget(source),
  };
}

export function translatedFacts(source: Source) {
  const frame = word(source, 2);
  return {
    gva: linear(source, 0),
    frame: source.atlas.machine === 'bare' ? inSpace('gpa', hex(frame)) : hostFrame(source, frame),
  };
}

export function faultFacts(source: Source) {
  const error = word(source, 2);
  const path = pathSince(source, before(source, EVENT.access), EVENT.reference);
  const reason: FaultReason | null = faultReason(path, error);
  return { gva: linear(source, 0), access: accessKind(error), reason };
}
