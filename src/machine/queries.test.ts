import { describe, expect, it } from 'vitest';
import { load } from '#scenario/check.ts';
import { runScenario } from '#scenario/run.ts';
import { EVENT } from './events.ts';
import { type LogData, LogWriter } from './log.ts';
import { LogReader } from './log-reader.ts';
import {
  lastMapped,
  nearestAccess,
  nearestCall,
  nextTranslation,
  nextUnmapped,
  nextWalk,
  openCalls,
  tableLife,
} from './queries.ts';

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
  expect(tableLife(reader, 99)).toEqual({ appeared: -1, gone: -1 });
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
