import { describe, expect, it } from 'vitest';
import { load } from '#scenario/check.ts';
import { runScenario } from '#scenario/run.ts';
import { EVENT } from './events.ts';
import { type LogData, LogWriter } from './log.ts';
import { LogReader } from './log-reader.ts';
import {
  eventOfChange,
  guestEntry,
  guestTable,
  hypervisorEntry,
  hypervisorTable,
  lastMapped,
  lastWrite,
  nearestAccess,
  nearestCall,
  nextRead,
  nextTranslation,
  nextUnmapped,
  nextWalk,
  nextWrite,
  openCalls,
  tableLife,
} from './queries.ts';

const FOREVER = { appeared: -1, gone: -1 };

/** A log with one event for each list of changes (place, old, new). */
function logOf(events: readonly (readonly (readonly [number, number, number])[])[]): LogReader {
  const log = new LogWriter(events.length + 1);
  for (const changes of events) {
    for (const [place, old, value] of changes) log.change(place, old, value);
    log.emit(EVENT.entry);
  }
  return new LogReader(log.finish(new Int32Array(0)));
}

describe('who writes', () => {
  const entry = hypervisorEntry(5, 3, FOREVER);
  const place = 5 * 1024 + 6;
  const reader = logOf([
    [[place, 0, 1]],
    [[place - 1, 0, 1]],
    [
      [place + 1, 0, 0x27],
      [place + 2, 0, 9],
    ],
    [],
    [[place, 1, 2]],
  ]);

  it('finds the writers on both sides of a moment', () => {
    expect(lastWrite(reader, entry, 3)).toBe(2);
    expect(lastWrite(reader, entry, 2)).toBe(2);
    expect(lastWrite(reader, entry, 1)).toBe(0);
    expect(nextWrite(reader, entry, 0)).toBe(2);
    expect(nextWrite(reader, entry, 2)).toBe(4);
  });

  it('says so where there is none', () => {
    expect(lastWrite(reader, entry, -1)).toBe(-1);
    expect(nextWrite(reader, entry, 4)).toBe(-1);
    expect(lastWrite(reader, hypervisorEntry(5, 40, FOREVER), 4)).toBe(-1);
  });

  it('takes all of a table as one', () => {
    expect(nextWrite(reader, hypervisorTable(5, FOREVER), 0)).toBe(1);
    expect(nextWrite(reader, hypervisorTable(6, FOREVER), 0)).toBe(-1);
  });

  it('leaves out what the frame’s other users wrote', () => {
    const later = hypervisorEntry(5, 3, { appeared: 3, gone: -1 });
    expect(lastWrite(reader, later, 3)).toBe(-1);
    expect(nextWrite(reader, later, 0)).toBe(4);
    const earlier = hypervisorEntry(5, 3, { appeared: 0, gone: 3 });
    expect(nextWrite(reader, earlier, 2)).toBe(-1);
  });

  it('finds the event of a change', () => {
    expect([0, 1, 2, 3, 4].map((change) => eventOfChange(reader, change))).toEqual([0, 1, 2, 2, 4]);
  });
});

it('tells the two 4-byte entries of one place apart', () => {
  // Bits 31..12 of the lower one are the low bits of the frame word, bits 31..12 of the upper one the flags word's high bits.
  const reader = logOf([[[100, 0, 0x12]], [[101, 0, 0x5000]]]);
  expect(nextWrite(reader, guestEntry(7, 100, 0, 4), -1)).toBe(0);
  expect(nextWrite(reader, guestEntry(7, 100, 0, 4), 0)).toBe(-1);
  expect(nextWrite(reader, guestEntry(7, 100, 1, 4), -1)).toBe(1);
  expect(nextWrite(reader, guestTable(7, 100), 0)).toBe(1);
});

it('finds who reads: the processor’s walk, and KVM’s walk of the guest’s tables', () => {
  const log = new LogWriter(10);
  log.emit(EVENT.reference, 0, 0, 0x80, 1, 0x27, 5 * 1024 + 6);
  log.emit(EVENT.kvm_mmu_paging_element, 0x10, 7, 1, 0, 0x103080);
  log.emit(EVENT.reference, 0, 0, 0x103084, 1, 0x27, 0);
  const reader = new LogReader(log.finish(new Int32Array(0)));
  expect(nextRead(reader, hypervisorEntry(5, 3, FOREVER), -1)).toBe(0);
  expect(nextRead(reader, hypervisorEntry(5, 3, FOREVER), 0)).toBe(-1);
  expect(nextRead(reader, guestEntry(0x103, 0, 16, 8), -1)).toBe(1);
  expect(nextRead(reader, guestEntry(0x103, 0, 33, 4), -1)).toBe(2);
  expect(nextRead(reader, guestTable(0x103, 0), 1)).toBe(2);
  expect(nextRead(reader, guestTable(0x104, 0), -1)).toBe(-1);
});

it('knows when a table came and went', () => {
  const { scenario } = load(`scenario 1
machine kvm mmu=shadow tlb=off
guest paging=4
slot 0 gpa=0 size=4M
space s pool=0x100000
map s 0x10000 0x10000 p|w|u|a|d

read 0x10000
read 0x10000
host slot 0 delete
`);
  if (!scenario) throw new Error('the scenario has errors');
  const result = runScenario(scenario);
  if ('problems' in result) throw new Error(result.problems[0]?.message);
  const reader = new LogReader(result.log);
  const { appeared, gone } = tableLife(reader, 2);
  expect(reader.spec(appeared).name).toBe('kvm_mmu_get_page');
  expect(reader.stepOf(appeared)).toBe(0);
  expect(reader.spec(gone).name).toBe('table_free');
  expect(reader.stepOf(gone)).toBe(2);
  expect(tableLife(reader, 99)).toEqual(FOREVER);
});

it('names the calls that an event happens in, the innermost first', () => {
  const log = new LogWriter(10, true);
  log.enter(log.text('outer'));
  log.enter(log.text('done'));
  log.leave();
  log.enter(log.text('inner'));
  log.emit(EVENT.entry);
  log.leave();
  log.leave();
  const data: LogData = log.finish(new Int32Array(0));
  expect(openCalls(new LogReader(data), 4)).toEqual([3, 0]);
  expect(openCalls(new LogReader(data), 0)).toEqual([]);
});

describe('who comes by', () => {
  const log = new LogWriter(20, true);
  log.cpu = 0;
  log.emit(EVENT.access, 0, 0x10004, 0);
  log.emit(EVENT.translated, 0, 0x10004, 0x55, 1);
  log.emit(EVENT.rmapAdd, 0x10);
  log.enter(log.text('make_spte'));
  log.cpu = 1;
  log.emit(EVENT.access, 1, 0x10ff8, 0);
  log.emit(EVENT.tlbHit, 0, 0x10008, 0x55);
  log.emit(EVENT.rmapRemove, 0x10);
  log.leave();
  log.emit(EVENT.kvm_mmu_pagetable_walk);
  const reader = new LogReader(log.finish(new Int32Array(0)));
  const end = reader.length;

  it('to a page: the accesses to any address in it', () => {
    expect(nearestAccess(reader, 0, 0x10ffc, end, -1)).toBe(0);
    expect(nearestAccess(reader, 1, 0x10000, 0, 1)).toBe(4);
    expect(nearestAccess(reader, 0, 0x11000, end, -1)).toBe(-1);
  });

  it('to a frame: what is translated to it, by a walk or by the TLB', () => {
    expect(nextTranslation(reader, 0x55, -1)).toBe(1);
    expect(nextTranslation(reader, 0x55, 1)).toBe(5);
    expect(nextTranslation(reader, 0x56, -1)).toBe(-1);
  });

  it('to a frame’s reverse map', () => {
    expect(lastMapped(reader, 0x10, 2)).toBe(2);
    expect(lastMapped(reader, 0x10, 1)).toBe(-1);
    expect(nextUnmapped(reader, 0x10, 2)).toBe(6);
    expect(nextUnmapped(reader, 0x11, -1)).toBe(-1);
  });

  it('to a function, and to a root', () => {
    expect(nearestCall(reader, 'make_spte', end, -1)).toBe(3);
    expect(nearestCall(reader, 'make_spte', 3, 1)).toBe(-1);
    expect(nearestCall(reader, 'nobody', -1, 1)).toBe(-1);
    expect(nextWalk(reader, 1, -1, 'access')).toBe(4);
    expect(nextWalk(reader, 1, -1, 'guest')).toBe(8);
    expect(nextWalk(reader, 0, -1, 'guest')).toBe(-1);
  });
});
