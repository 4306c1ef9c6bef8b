import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bigOfPair, hiWord, loWord } from '#arch/word64.ts';
import { inserted } from '#scenario/insert.ts';
import { findEntry } from '#ui/entry-text.ts';
import { logHash, momentAt, type Run } from '#ui/moment.ts';
import { runText } from '#ui/run.fixture.ts';
import { examples } from '#ui/words/en/examples.ts';
import { type EntryEdit, entryEdit } from './entry-edit.ts';

const MACHINES = ['bare', 'kvm mmu=shadow', 'kvm mmu=tdp'];
const MODES = ['32', 'pae', '4', '5'];

/** A guest that maps one of its tables: the last-level one of its first pages. */
const scenario = (machine: string, paging: string, hasWindow: boolean): string => `scenario 1
machine ${machine} tlb=off
guest paging=${paging}
slot 0 gpa=0 size=4M
space s pool=0x100000
map s 0x10000 0x10000 p|w|u
map s 0x11000 0x11000 p|u
map s 0x400000 0x300000 p|w|u|a|d
${hasWindow ? `map s 0x20000 ${{ '32': '0x101000', pae: '0x102000', '4': '0x103000', '5': '0x104000' }[paging]} p|w` : ''}

read 0x10000
write 0x10000 0x1234
read 0x400000 user
`;

/** A guest with one large page, which its tables do not lie in. */
const large = (machine: string, paging: string): string => `scenario 1
machine ${machine} tlb=off
guest paging=${paging}
slot 0 gpa=0 size=8M
space s pool=0x500000
map s 0 0 p|w|u size=${paging === '32' ? '4M' : '2M'}

read 0x10000
write 0x10000 0x1234
read 0x10000 user
`;

/** A guest whose tables no `space` made. */
const POKED = `scenario 1
machine bare tlb=off
guest paging=32 cr3=0x700000
slot 0 gpa=0 size=8M
poke 0x700000 0x83 width=4

read 0x10000
`;

const runs = new Map<string, Run>();

function runOf(text: string): Run {
  const known = runs.get(text) ?? runText(text);
  runs.set(text, known);
  return known;
}

const lastEvent = (run: Run, step: number): number => run.reader.stepEnd(step) - 1;

/** The value of an entry of the guest's tables at the end of a step. */
function valueAt(run: Run, step: number, id: string, index: number): bigint | null {
  const { atlas } = momentAt(run, lastEvent(run, step));
  const table = atlas.table(id);
  if (!table) return null;
  const entry = findEntry(table, index);
  return entry ? bigOfPair(hiWord(entry.frame, entry.flags), loWord(entry.frame, entry.flags)) : 0n;
}

function editOf(run: Run, step: number, id: string, index: number): EntryEdit {
  const moment = momentAt(run, run.reader.stepStart(step));
  const table = moment.atlas.table(id);
  const edit = table ? entryEdit(moment, table, index) : null;
  if (!edit || typeof edit === 'string') throw new Error(`${id}[${index}]: ${edit}`);
  return edit;
}

describe('the statement for it', () => {
  const textOf = (text: string, id: string, index: number, step = 0) => {
    const edit = editOf(runOf(text), step, id, index);
    return edit.insertion(edit.value ^ 2n);
  };
  const FOUR = scenario('kvm mmu=shadow', '4', true);

  it('is a write through the guest’s own mapping, with what it then finds', () => {
    expect(textOf(FOUR, 'g:103', 0x10)).toEqual({ setup: [], steps: ['write 0x20080 0x10000|p|u|a'] });
    expect(textOf(FOUR, 'g:103', 0x10, 1).steps).toEqual(['write 0x20080 0x10000|p|u|a|d']);
    expect(textOf(FOUR, 'g:103', 0x20).steps).toEqual(['write 0x20100 0x103000|p|a|d']);
  });

  it('needs a window where the guest has no mapping: on a page of its own, away from others', () => {
    const text = scenario('kvm mmu=shadow', '4', false);
    const map = 'map s 0x103000 0x103000 p|w|a|d';
    expect(textOf(text, 'g:103', 0x10)).toEqual({ setup: [map], steps: ['write 0x103080 0x10000|p|u|a'] });
    const near = text.replace('map s 0x11000', 'map s 0x104000');
    const busy = near.replace('read 0x10000', 'read 0x108000');
    expect(textOf(near, 'g:103', 0x10).setup).toEqual(['map s 0x10b000 0x103000 p|w|a|d']);
    expect(textOf(busy, 'g:103', 0x10).setup).toEqual(['map s 0x10b000 0x103000 p|w|a|d']);
  });

  it('needs a large one where there are large pages alone', () => {
    expect(textOf(large('bare', '4'), 'g:500', 0)).toEqual({
      setup: ['map s 0x400000 0x400000 p|w|a|d size=2M'],
      steps: ['write 0x500000 0x501000|p|u|a'],
    });
    expect(textOf(large('bare', '32'), 'g:500', 0).setup).toEqual([
      'map s 0x800000 0x400000 p|w|a|d size=4M',
    ]);
  });

  it('needs a window in a table of the start: `map` goes by those', () => {
    const moved = scenario('bare', '4', true)
      .replace('map s 0x400000', 'map s 0x600000 0x102000 p|w\npoke 0x200000 0x10003\nmap s 0x400000')
      .replace('read 0x10000', 'write 0x600000 0x200000|p|w|u\nread 0x400000');
    // Its first pages are led to through another table now; that of 0x400000 is as it was.
    expect(textOf(moved, 'g:101', 0).setup).toEqual(['map s 0x501000 0x101000 p|w|a|d']);
  });

  it('sets AC where SMAP keeps the kernel from a user’s page', () => {
    const text = FOUR.replace('paging=4', 'paging=4 smap=1').replace('p|w\n', 'p|w|u\n');
    expect(textOf(text, 'g:103', 0x10).steps).toEqual(['write 0x20080 0x10000|p|u ac']);
  });

  it('is of a vCPU that maps the table', () => {
    const other = FOUR.replace('tlb=off', 'vcpus=2 tlb=off')
      .replace('space s', 'space t pool=0x200000\nspace s')
      .replace('map s 0x10000', 'map t 0x10000 0x10000 p|w\nmap s 0x10000')
      .replace('read 0x10000', 'cpu1 cr3 s\nread 0x10000');
    expect(textOf(other, 'g:103', 0x10, 1).steps).toEqual(['cpu1 write 0x20080 0x10000|p|u']);
  });

  it('writes the halves of a PAE entry that change', () => {
    const run = runOf(scenario('bare', 'pae', true));
    const edit = editOf(run, 0, 'g:102', 0x10);
    expect(edit.insertion(edit.value | (1n << 63n)).steps).toEqual(['write 0x20084 0x80000000']);
    expect(edit.insertion((1n << 63n) | 5n).steps).toEqual(['write 0x20084 0x80000000', 'write 0x20080 p|u']);
  });

  it('is what somebody wrote', () => {
    const edit = editOf(runOf(FOUR), 0, 'g:103', 0x10);
    expect(edit.insertion(0x100005n, 's+5').steps).toEqual(['write 0x20080 s+5']);
  });

  it.each([
    ['hypervisor', FOUR, 't3'],
    ['unreachable', POKED, 'g:700'],
    ['dead', `${FOUR}cr3 0x80000000\n`, 'g:103'],
  ])('there is none: %s', (refusal, text, id) => {
    const run = runOf(text);
    const moment = momentAt(run, run.reader.stepStart(run.reader.stepCount - 1));
    const table = moment.atlas.table(id);
    expect(table && entryEdit(moment, table, 0)).toBe(refusal);
  });
});

describe.each(MACHINES)('on %s', (machine) => {
  describe.each(MODES)('in a guest of paging %s', (paging) => {
    it.each([
      ['there', scenario(machine, paging, true)],
      ['put in', scenario(machine, paging, false)],
      ['put in, and large', large(machine, paging)],
    ])('a flipped bit is that bit, the window is %s', (_, text) => {
      const run = runOf(text);
      const tables = momentAt(run, lastEvent(run, 2)).atlas.guestTables;
      fc.assert(
        fc.property(fc.nat(tables.length - 1), fc.nat(2), fc.nat(7), fc.nat(63), (which, step, at, bit) => {
          const table = tables[which]!;
          const index = at < 6 ? (table.entries[at % table.entries.length]?.index ?? 0) : at;
          fc.pre(table.entryBytes === 8 || bit < 32);
          fc.pre(table.level < 3 || paging !== 'pae' || index < 4);
          const edit = editOf(run, step, table.id, index);
          const value = edit.value ^ (1n << BigInt(bit));
          const next = runOf(inserted(text, edit.insertion(value), step));
          const done = step + edit.insertion(value).steps.length;
          // Where the entry leads to its own table, it may not be listed any more.
          const after = valueAt(next, done, table.id, index);
          if (after !== null) expect(after.toString(16)).toBe(value.toString(16));
          expect(logHash(next, lastEvent(next, step))).toBe(logHash(run, lastEvent(run, step)));
        }),
        { numRuns: 5 },
      );
    });
  });
});

/** In it a guest forgets a flush: the processor writes where the pointer was that it remembers. */
const FORGETFUL = '24-stale-pointer';

describe('in the scenarios that come with the page', () => {
  it.each(Object.entries(examples).filter(([name]) => name !== FORGETFUL))(
    'tables can be written, and the flip is that bit: %s',
    (_, text) => {
      const run = runText(text);
      const step = Math.floor(run.reader.stepCount / 2);
      const { guestTables } = momentAt(run, run.reader.stepStart(step)).atlas;
      for (const table of guestTables.filter((_, i) => i % 3 === 0)) {
        const index = table.entries[0]?.index ?? 0;
        const edit = editOf(run, step, table.id, index);
        const value = edit.value ^ 4n;
        const { setup, steps } = edit.insertion(value);
        const next = runText(inserted(text, { setup, steps }, step));
        const after = valueAt(next, step + steps.length, table.id, index);
        if (after !== null) expect([table.id, after]).toEqual([table.id, value]);
      }
    },
  );
});
