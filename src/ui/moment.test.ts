import { describe, expect, it } from 'vitest';
import type { Atlas } from '#hypervisor/atlas.ts';
import { readAtlas } from '#hypervisor/read-atlas.ts';
import { EVENT } from '#machine/events.ts';
import { Replay } from '#machine/log-reader.ts';
import { cursorAt, cursorPlace, eventNumber, logHash, momentAt } from './moment.ts';
import { FIRST_TOUCH, momentOf, runText } from './run.fixture.ts';
import { subjectOf } from './subject.ts';

const run = runText(FIRST_TOUCH);

describe('the cursor', () => {
  it('comes back to where it was', () => {
    for (let index = 0; index < run.reader.length; index++) {
      expect(cursorAt(run, cursorPlace(run, index))).toEqual({ index, exact: true });
    }
  });

  it('goes to the nearest event where the run is shorter', () => {
    expect(cursorAt(run, { step: 99, offset: 0 })).toEqual({
      index: run.reader.length - 1,
      exact: false,
    });
    expect(cursorAt(run, { step: 0, offset: 9999 })).toEqual({
      index: run.reader.stepEnd(0) - 1,
      exact: false,
    });
  });
});

describe('the hash', () => {
  it('is that of the events up to the cursor only', () => {
    const longer = runText(`${FIRST_TOUCH}read 0x10000\n`);
    const last = run.reader.length - 1;
    expect(logHash(longer, last)).toBe(logHash(run, last));
    expect(logHash(run, last - 1)).not.toBe(logHash(run, last));
  });

  it('differs where the story differs', () => {
    const other = runText(FIRST_TOUCH.replace('p|w|u', 'p|u'));
    const { index } = momentOf(run, EVENT.kvm_mmu_paging_element, 4);
    expect(logHash(other, index)).not.toBe(logHash(run, index));
  });
});

describe('the machine at a moment', () => {
  const tablesOf = ({ guestTables, hypervisorTables, registers }: Atlas) => ({
    guestTables,
    hypervisorTables,
    registers,
  });

  it('is as a new reading finds it, whichever way the cursor came', () => {
    const forwards = Array.from({ length: run.reader.length }, (_, index) => index);
    for (const index of [...forwards, ...forwards.toReversed(), 30, 90, 30]) {
      const anew = readAtlas(new Replay(run.reader).seek(index));
      expect(tablesOf(momentAt(run, index).atlas)).toEqual(tablesOf(anew));
    }
  });

  it('is not read again where no word changed', () => {
    const { index } = momentOf(run, EVENT.entry);
    const { atlas } = momentAt(run, index);
    expect(run.reader.changes(index + 1)).toEqual([]);
    expect(momentAt(run, index + 1).atlas).toBe(atlas);
  });
});

describe('what an event is about', () => {
  const rows = [
    { kind: EVENT.kvm_mmu_set_spte, subject: { kind: 'entry', table: 't3', index: 0x10 } },
    { kind: EVENT.kvm_mmu_get_page, subject: { kind: 'table', table: 't0' } },
    { kind: EVENT.kvm_mmu_paging_element, subject: { kind: 'entry', table: 'g:100', index: 0 } },
    { kind: EVENT.fault, subject: { kind: 'entry', table: 't0', index: 0 } },
    { kind: EVENT.reference, subject: { kind: 'entry', table: 't0', index: 0 } },
    { kind: EVENT.access, subject: null },
  ];
  it.each(rows)('kind $kind', ({ kind, subject }) => {
    const moment = momentOf(run, kind);
    expect(subjectOf(moment.reader, moment.index, moment.atlas)).toEqual(subject);
  });
});

describe('what changed', () => {
  const { index: set } = momentOf(run, EVENT.kvm_mmu_set_spte);
  const entry = run.reader.find(set, 1, (index) => run.reader.kind(index) === EVENT.entry);

  it('is marked at the event that changed it', () => {
    expect(momentAt(run, set).changed.size).toBeGreaterThan(0);
    const words = momentAt(run, set).changed;
    expect([...momentAt(run, entry).changed].filter((place) => words.has(place))).toEqual([]);
  });

  it('is marked at the hardware’s next event where one looks at the hardware only', () => {
    const words = momentAt(run, entry, 'hardware').changed;
    for (const place of momentAt(run, set).changed) expect(words).toContain(place);
    expect(momentAt(run, set, 'hardware').changed).toEqual(momentAt(run, set).changed);
  });
});

it('keeps the numbers of events, whatever is passed over', () => {
  const { index } = momentOf(run, EVENT.outcome);
  const numbers = [run.hardware, run.story].map((level) => eventNumber(run, level.at(level.rank(index))));
  expect(new Set(numbers)).toEqual(new Set([eventNumber(run, index)]));
  expect(run.hardware.rank(index)).toBeLessThan(run.story.rank(index));
});

it('is the same machine, whether reached forwards or backwards', () => {
  const middle = Math.floor(run.reader.length / 2);
  const forwards = momentAt(run, middle).atlas.hypervisorTables;
  momentAt(run, run.reader.length - 1);
  expect(momentAt(run, middle).atlas.hypervisorTables).toEqual(forwards);
});
