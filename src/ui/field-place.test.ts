import { describe, expect, it } from 'vitest';
import { hexOfPair } from '#arch/word64.ts';
import UNSYNC from '#content/scenarios/04-page-table-write.scn?raw';
import PAE from '#content/scenarios/09-no-execute.scn?raw';
import { eventFields } from '#trace/print.ts';
import { slotText } from './entry-text.ts';
import { fieldPlace } from './field-place.ts';
import { momentAt, type Run } from './moment.ts';
import type { Place } from './place.ts';
import { BARE, runText } from './run.fixture.ts';

/** What an event's line calls a place. */
function printed(run: Run, index: number, place: Place): string {
  switch (place.kind) {
    case 'table':
      return place.table.replace(/^pae\d+/, 'root');
    case 'entry':
      return `${place.table.replace(/^pae\d+/, 'root')}+0x${(place.index * 8).toString(16)}`;
    case 'frame':
      return place.of === 'host' ? run.names.frame(place.frame) : `0x${place.frame.toString(16)}`;
    case 'address':
      return `0x${hexOfPair(place.hi, place.lo)}`;
    case 'register':
      return place.register;
    case 'function':
      return place.name;
    case 'event':
      return String(index);
  }
}

describe.each([
  ['shadow paging', UNSYNC],
  ['another guest', PAE],
  ['a bare machine', BARE],
])('under %s', (_, text) => {
  it('a field names what it prints', () => {
    const run = runText(text);
    const kinds = new Set<string>();
    for (let index = 0; index < run.reader.length; index++) {
      for (const { name, value, spec } of eventFields(run.reader, run.names, index)) {
        const place = fieldPlace(run, index, spec);
        if (!place || spec.type === 'entry' || spec.type === 'either' || spec.type === 'place') continue;
        kinds.add(place.kind);
        const expected = spec.type === 'spte' ? value.replace(/\|.*/, '') : value;
        expect(`${name}=${printed(run, index, place)}`).toBe(`${name}=${expected}`);
      }
    }
    expect(kinds).toContain('address');
  });
});

it('the place that a walk read is an entry of the tables then', () => {
  const run = runText(UNSYNC);
  let read = 0;
  for (let index = 0; index < run.reader.length; index++) {
    const from = run.reader.spec(index).fields.find((field) => field.type === 'from');
    const place = from && fieldPlace(run, index, from);
    if (place?.kind !== 'entry') continue;
    const table = momentAt(run, index).atlas.table(place.table);
    expect(table && slotText(table, place.index)).toMatch(/^t\d+\[/);
    read++;
  }
  expect(read).toBeGreaterThan(10);
});
