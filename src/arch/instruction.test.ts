import { describe, expect, it } from 'vitest';
import { decode, type Instruction } from './instruction.ts';

/** Decodes bytes given in hexadecimal, as 64-bit code unless said otherwise. */
function decoded(bytes: string, bits64 = true): Instruction | null {
  const list = bytes.split(' ').map((byte) => Number.parseInt(byte, 16));
  return decode((index) => list[index] ?? 0, bits64);
}

const memory = (base: number, displacement = 0, index = -1, scale = 1) => ({
  kind: 'memory',
  memory: { base, index, scale, displacement, relative: false },
});
const register = (number: number) => ({ kind: 'register', register: number });
const value = (lo: number, hi = lo >> 31) => ({ kind: 'immediate', hi, lo });

describe('64-bit code', () => {
  it.each([
    [
      'bb 00 00 40 00',
      { operation: 'mov', size: 4, destination: register(3), source: value(0x400000, 0), length: 5 },
    ],
    [
      '48 b8 88 77 66 55 44 33 22 11',
      { size: 8, destination: register(0), source: value(0x55667788, 0x11223344) },
    ],
    ['c6 03 01', { operation: 'mov', size: 1, destination: memory(3), source: value(1) }],
    ['48 81 c3 00 10 00 00', { operation: 'add', size: 8, destination: register(3), source: value(0x1000) }],
    ['81 c3 00 10 00 00', { operation: 'add', size: 4 }],
    ['66 83 c0 ff', { operation: 'add', size: 2, source: value(-1) }],
    ['ff c9', { operation: 'dec', size: 4, destination: register(1) }],
    ['75 f2', { operation: 'jump-if', condition: 5, distance: -14 }],
    ['eb 10', { operation: 'jump', distance: 16 }],
    [
      'f0 48 ff 04 25 00 00 01 00',
      { operation: 'inc', size: 8, locked: true, destination: memory(-1, 0x10000), length: 9 },
    ],
    ['4c 89 44 8b f8', { operation: 'mov', size: 8, destination: memory(3, -8, 1, 4), source: register(8) }],
    ['48 8b 80 00 10 00 00', { destination: register(0), source: memory(0, 0x1000) }],
    ['48 87 03', { operation: 'xchg', destination: memory(3), source: register(0) }],
    ['48 f7 d0', { operation: 'not', size: 8 }],
    ['f4', { operation: 'hlt', length: 1 }],
    ['90', { operation: 'nop' }],
  ])('%s', (bytes, expected) => {
    expect(decoded(bytes)).toMatchObject(expected);
  });

  it('has addresses that count from the next instruction', () => {
    expect(decoded('8b 05 10 00 00 00')?.source).toMatchObject({
      memory: { relative: true, displacement: 16 },
    });
  });

  it.each(['00 00', '0f 05', '88 e0', 'c6 08 01', 'ff 20', 'cc'])('%s is not known', (bytes) => {
    expect(decoded(bytes)).toBeNull();
  });
});

describe('32-bit code', () => {
  it('has increments where 64-bit code has prefixes', () => {
    expect(decoded('48', false)).toMatchObject({
      operation: 'dec',
      size: 4,
      destination: register(0),
      length: 1,
    });
  });

  it('has absolute addresses where 64-bit code has relative ones', () => {
    expect(decoded('8b 05 10 00 00 00', false)?.source).toMatchObject(memory(-1, 16));
  });
});
