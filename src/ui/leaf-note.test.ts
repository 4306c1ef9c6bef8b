import { expect, it } from 'vitest';
import SPLIT from '#content/scenarios/17-nested-dirty-log.scn?raw';
import PML from '#content/scenarios/18-modification-log.scn?raw';
import TRACKED from '#content/scenarios/20-access-tracking.scn?raw';
import { EVENT } from '#machine/events.ts';
import { findEntry } from './entry-text.ts';
import { leafNote } from './leaf-note.ts';
import { FIRST_TOUCH, momentOf, runText } from './run.fixture.ts';

const READ_ONLY = `scenario 1
machine kvm mmu=tdp tlb=off
guest paging=off
slot 0 gpa=0 size=4M ro
read 0x10000
`;

/** What a leaf waits for after a step. */
function noteAfter(text: string, step: number, id: string, index: number) {
  const { atlas } = momentOf(runText(text), EVENT.outcome, step);
  const table = atlas.table(id);
  const entry = table && findEntry(table, index);
  if (!entry) throw new Error('no such entry');
  return leafNote(atlas, table, entry);
}

it.each([
  ['grants all', TRACKED, 1, 't3', 0x10, null],
  ['has lost its rights, so that its use is seen', TRACKED, 2, 't3', 0x10, 'access-tracked'],
  ['has R and X again', TRACKED, 4, 't3', 0x10, 'kept-back'],
  ['has W as well', TRACKED, 6, 't3', 0x10, null],
  ['has lost W to the log', SPLIT, 2, 't3', 5, 'logged'],
  ['has W again, and is logged', SPLIT, 3, 't3', 0, null],
  ['is clean while the processor notes', PML, 2, 't3', 0x10, 'to-note'],
  ['was noted', PML, 3, 't3', 0x10, null],
  ['is read-only in the host', READ_ONLY, 1, 't3', 0x10, 'host-read-only'],
  ['is none of nested tables', FIRST_TOUCH, 1, 't3', 0x10, null],
] as const)('a leaf that %s', (_, text, step, table, index, note) => {
  expect(noteAfter(text, step, table, index)).toBe(note);
});
