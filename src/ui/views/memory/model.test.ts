import { describe, expect, it } from 'vitest';
import TWO_DIMENSIONS from '#content/scenarios/16-two-dimensions.scn?raw';
import SPLIT from '#content/scenarios/17-nested-dirty-log.scn?raw';
import PML from '#content/scenarios/18-modification-log.scn?raw';
import MMIO from '#content/scenarios/19-misconfigured.scn?raw';
import TRACKED from '#content/scenarios/20-access-tracking.scn?raw';
import { EVENT } from '#machine/events.ts';
import { marksOf, NO_MARKS } from '#ui/marks.ts';
import type { Place } from '#ui/place.ts';
import { FIRST_TOUCH, momentOf, runText } from '#ui/run.fixture.ts';
import { type Lane, type MemoryModel, memoryModel } from './model.ts';

const labels = (model: MemoryModel, lane: Lane) =>
  model.items.filter((item) => item.lane === lane).map((item) => item.label);

const LOGGED = `scenario 1
machine kvm mmu=shadow tlb=off
guest paging=4
slot 0 gpa=0 size=4M
slot 1 gpa=0x10000000 size=64K log
space s pool=0x100000
map s 0x10000 0x10000000 p|w|u|a|d
map s 0x11000 0x10001000 p|w|u|a|d
map s 0x12000 0x90000000 p|w|u|a|d
write 0x10000 1
host drop 0x10001000 4K
read 0x11000
read 0x10000`;

describe('the lanes of a first touch', () => {
  const moment = momentOf(runText(FIRST_TOUCH), EVENT.kvm_mmu_set_spte);

  it('lead each linear page to its guest frame and on to a host frame', () => {
    const model = memoryModel(moment, NO_MARKS);
    expect(labels(model, 'gva')).toContain('0x10000');
    expect(labels(model, 'gpa')).toContain('0x10000');
    expect(labels(model, 'hpa')).toContain('h0');
    expect(model.lines.some((line) => line.from === 'gva')).toBe(true);
  });

  it('mark the guest’s tables, and those that it cannot write', () => {
    const root = memoryModel(moment, NO_MARKS).items.find(
      (item) => item.lane === 'gpa' && item.label === '0x100000',
    );
    expect(root?.marks).toEqual(['table', 'protected']);
  });

  it.each<Place>([
    { kind: 'entry', table: 'g:103', index: 0x10 },
    { kind: 'entry', table: 't3', index: 0x10 },
    { kind: 'frame', of: 'guest', frame: 0x10 },
    { kind: 'address', space: 'gva', hi: 0, lo: 0x10004 },
    { kind: 'address', space: 'gpa', hi: 0, lo: 0x10004 },
  ])('follow the selection through all of them: %o', (place) => {
    const focused = memoryModel(moment, marksOf(moment, place)).items.filter((item) => item.isFocus);
    expect(focused.map((item) => item.label).sort()).toEqual(['0:0x10000', '0x10000', '0x10000', 'h0']);
  });

  it('mark one of two linear pages that lead to the same frame', () => {
    const text = FIRST_TOUCH.replace('\nread', 'map s 0xffff800000000000 0x10000 p|w|u\nread');
    const twice = momentOf(runText(text), EVENT.kvm_mmu_set_spte);
    const upper = { kind: 'address', space: 'gva', hi: 0xffff8000 | 0, lo: 0 } as const;
    const focused = memoryModel(twice, marksOf(twice, upper)).items.filter((item) => item.isFocus);
    expect(focused.filter((item) => item.lane === 'gva')).toMatchObject([{ label: '0xffff800000000000' }]);
    expect(focused.map((item) => item.lane)).toContain('gpa');
  });
});

describe('what is said about a page', () => {
  const run = runText(LOGGED);
  const at = (nth: number) => memoryModel(momentOf(run, EVENT.outcome, nth), NO_MARKS);
  const marks = (model: MemoryModel, lane: Lane, label: string) =>
    model.items.find((item) => item.lane === lane && item.label === label)?.marks;

  it('is that it was written, taken away, or shares the zeros', () => {
    expect(marks(at(1), 'gpa', '0x10000000')).toContain('dirty');
    expect(marks(at(2), 'hva', '1:0x1000')).toContain('dropped');
    expect(marks(at(3), 'hva', '1:0x1000')).toContain('zero');
  });

  it('is that there is no memory', () => {
    expect(marks(at(1), 'gpa', '0x90000000')).toEqual(['no slot']);
  });
});

describe('in two dimensions', () => {
  const at = (text: string, kind: number, nth: number) =>
    memoryModel(momentOf(runText(text), kind, nth), NO_MARKS);
  const item = (model: MemoryModel, lane: Lane, label: string) =>
    model.items.find((candidate) => candidate.lane === lane && candidate.label === label);

  it('the nested entry that leads to a host frame stands beside it', () => {
    const model = at(TWO_DIMENSIONS, EVENT.outcome, 1);
    expect(item(model, 'hpa', 'h4')).toMatchObject({ via: 't3[010]', marks: [] });
    expect(item(model, 'gpa', '0x103000')?.marks).toEqual(['table']);
  });

  it('a page that nested tables do not lead to says so', () => {
    const model = at(TWO_DIMENSIONS, EVENT.kvm_mmu_spte_requested, 1);
    expect(item(model, 'hpa', 'h0')?.marks).toEqual(['unmapped']);
  });

  it('of a large page that was split, the written pieces are shown', () => {
    const model = at(SPLIT, EVENT.outcome, 4);
    expect(labels(model, 'gpa')).toEqual(['0x10000000', '0x10005000']);
    expect(item(model, 'gpa', '0x10005000')?.marks).toEqual(['dirty']);
    const read = at(SPLIT, EVENT.outcome, 5);
    expect(item(read, 'gpa', '0x10000000')?.marks).toEqual(['protected']);
  });

  it('what is waited for is marked: a use, a write that the processor notes', () => {
    expect(item(at(TRACKED, EVENT.outcome, 2), 'gpa', '0x10000')?.marks).toEqual(['tracked']);
    expect(item(at(TRACKED, EVENT.outcome, 4), 'gpa', '0x10000')?.marks).toEqual(['protected']);
    expect(item(at(PML, EVENT.translated, 2), 'gpa', '0x10000')?.marks).toEqual(['noted']);
    expect(item(at(PML, EVENT.outcome, 3), 'gpa', '0x10000')?.marks).toEqual(['dirty']);
  });

  it('a hole that KVM knows of is shown', () => {
    expect(item(at(MMIO, EVENT.outcome, 1), 'gpa', '0x800000')?.marks).toEqual(['no slot']);
  });
});
