import { describe, expect, it } from 'vitest';
import { EVENT } from './events.ts';
import { LogWriter } from './log.ts';
import { LogReader } from './log-reader.ts';
import {
  eventOfChange,
  guestEntry,
  guestTable,
  hypervisorEntry,
  hypervisorTable,
  lastWrite,
  nextRead,
  nextWrite,
} from './stored.ts';

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
