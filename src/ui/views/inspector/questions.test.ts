import { describe, expect, it } from 'vitest';
import TEXT from '#content/scenarios/04-page-table-write.scn?raw';
import TWO_DIMENSIONS from '#content/scenarios/16-two-dimensions.scn?raw';
import SPLIT from '#content/scenarios/17-nested-dirty-log.scn?raw';
import { EVENT } from '#machine/events.ts';
import { type Moment, momentAt } from '#ui/moment.ts';
import { type Place, parsePlace } from '#ui/place.ts';
import { momentOf, runText } from '#ui/run.fixture.ts';
import { answer, type Question, questionsFor } from './questions.ts';

const run = runText(TEXT);
/** The guest's last-level entry of 0x10000, and KVM's shadow of it. */
const gpte: Place = { kind: 'entry', table: 'g:103', index: 0x10 };
const spte: Place = { kind: 'entry', table: 't3', index: 0x10 };

/** Step (from 1) and name of the event that answers. */
function ask(moment: Moment, place: Place, question: Question): string | null {
  const event = answer(moment, place, question);
  const { reader } = moment;
  return event === null ? null : `${reader.stepOf(event) + 1} ${reader.spec(event).name}`;
}

describe('an entry', () => {
  const afterInvlpg = momentOf(run, EVENT.outcome, 4);

  it('was written, will be written, will be read', () => {
    expect(ask(afterInvlpg, spte, 'lastWrite')).toBe('4 spte_update');
    expect(ask(afterInvlpg, spte, 'nextWrite')).toBe('5 kvm_mmu_set_spte');
    expect(ask(afterInvlpg, spte, 'nextRead')).toBe('5 reference');
    expect(ask(afterInvlpg, gpte, 'lastWrite')).toBe('2 outcome');
    expect(ask(afterInvlpg, gpte, 'nextWrite')).toBe('5 memory_write');
    expect(ask(afterInvlpg, gpte, 'nextRead')).toBe('5 kvm_mmu_paging_element');
  });

  it('leads on when it is asked again at the answer, and then says that there is none', () => {
    const writers: number[] = [];
    let moment = momentOf(run, EVENT.outcome, 8);
    for (let event = answer(moment, spte, 'lastWrite'); event !== null; ) {
      writers.push(event);
      moment = momentAt(run, event);
      event = answer(moment, spte, 'lastWrite');
    }
    expect(writers.map((event) => run.reader.spec(event).name)).toEqual([
      'kvm_mmu_set_spte',
      'spte_update',
      'kvm_mmu_set_spte',
      'spte_update',
      'kvm_mmu_set_spte',
    ]);
    expect(writers).toEqual([...writers].sort((a, b) => b - a));
  });
});

it('a table appeared, and stays', () => {
  const end = momentOf(run, EVENT.outcome, 8);
  expect(ask(end, { kind: 'table', table: 't5' }, 'appeared')).toBe('2 kvm_mmu_get_page');
  expect(ask(end, { kind: 'table', table: 't5' }, 'gone')).toBeNull();
});

it('of a table that is not there, only when it comes and goes can be asked', () => {
  const start = momentAt(run, 0);
  expect(questionsFor(start, spte)).toEqual(['appeared', 'gone']);
  expect(ask(start, spte, 'lastWrite')).toBeNull();
  expect(ask(start, spte, 'appeared')).toBe('1 kvm_mmu_get_page');
  expect(questionsFor(start, gpte)).toEqual(['lastWrite', 'nextWrite', 'nextRead']);
});

describe('whatever else is selected', () => {
  const first = momentOf(run, EVENT.outcome, 1);
  const end = momentOf(run, EVENT.outcome, 8);
  const place = (text: string): Place => parsePlace(text) as Place;

  it.each([
    // The guest's last-level table, which the guest maps and writes; and the table above it, which KVM walks.
    ['gfn:103', 'nextWrite', '2 outcome'],
    ['gfn:103', 'nextRead', '2 translated'],
    ['gfn:100', 'nextRead', '2 kvm_mmu_paging_element'],
    ['gfn:10', 'unmapped', '4 rmap_remove'],
    ['gfn:10', 'nextRead', '3 translated'],
    ['gva:10004', 'lastUse', '1 access'],
    ['gva:10000', 'nextUse', '3 access'],
    ['gpa:103080', 'nextWrite', '2 outcome'],
    // The same value is loaded again: nothing changes.
    ['reg:0:cr3', 'nextWrite', null],
    ['reg:0:cr3', 'nextRead', '2 kvm_mmu_pagetable_walk'],
    ['reg:0:hardware-cr3', 'nextRead', '2 access'],
    // Calls were not recorded.
    ['fn:make_spte', 'nextCall', null],
  ] as const)('%s: %s is %s', (text, question, expected) => {
    expect(questionsFor(first, place(text))).toContain(question);
    expect(ask(first, place(text), question)).toBe(expected);
  });

  it('a frame was mapped by the event that noted it', () => {
    expect(ask(end, place('gfn:11'), 'mapped')).toMatch(/ rmap_add$/);
  });

  it('a host frame with a table in it appeared with the table', () => {
    const table = end.atlas.table('t5');
    const frame: Place = { kind: 'frame', of: 'host', frame: table?.frame ?? 0 };
    expect(ask(end, frame, 'appeared')).toBe(ask(end, { kind: 'table', table: 't5' }, 'appeared'));
  });

  it('an event is asked nothing', () => {
    expect(questionsFor(end, place('ev:1:2'))).toEqual([]);
  });
});

describe('nested entries', () => {
  const tdp = runText(SPLIT);
  const at = (nth: number): Moment => momentOf(tdp, EVENT.outcome, nth);
  const place = (text: string): Place => parsePlace(text) as Place;

  it('were written last by the event of the kernel that tells of it', () => {
    expect(ask(at(2), place('t3[0]'), 'lastWrite')).toBe('2 kvm_tdp_mmu_spte_changed');
    expect(ask(at(3), place('t3[0]'), 'lastWrite')).toBe('3 fast_page_fault');
    expect(ask(at(2), place('t3[5]'), 'nextWrite')).toBe('4 fast_page_fault');
  });

  it('are read by the hardware’s walk', () => {
    expect(ask(at(2), place('t3[5]'), 'nextRead')).toBe('4 reference');
    expect(ask(at(2), place('t3'), 'gone')).toMatch(/^6 /);
  });

  it('map a frame and let it go, without a reverse map; its split is neither', () => {
    expect(ask(at(1), place('gfn:10005'), 'mapped')).toBe('1 kvm_tdp_mmu_spte_changed');
    expect(ask(at(1), place('gfn:10005'), 'unmapped')).toBe('6 kvm_tdp_mmu_spte_changed');
  });

  it('cr3 is read by the hardware, which walks the guest’s own tables', () => {
    const walked = momentOf(runText(TWO_DIMENSIONS), EVENT.outcome, 1);
    expect(ask(walked, place('reg:0:cr3'), 'nextRead')).toBe('2 access');
  });
});
