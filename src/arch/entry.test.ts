import { expect, it } from 'vitest';
import { readEntry } from './entry.ts';
import { flagsWord, frameWord } from './word64.ts';

/** 0x87654321_12345067 at place 4. */
const HI = 0x8765_4321 | 0;
const LO = 0x1234_5067;
const WORDS = new Int32Array([0, 0, 0, 0, frameWord(HI, LO), flagsWord(HI, LO)]);

it.each([
  { what: 'all 8 bytes', bytes: 8, high: 0, frame: 0x3211_2345, flags: 0x8765_4067 | 0 },
  { what: 'the lower 4', bytes: 4, high: 0, frame: 0x1_2345, flags: 0x067 },
  { what: 'the upper 4', bytes: 4, high: 1, frame: 0x8_7654, flags: 0x321 },
] as const)('an entry of $what is read as its frame and its flags', ({ bytes, high, frame, flags }) => {
  const entry = { frame: -1, flags: -1 };
  readEntry(WORDS, 4, bytes, high, entry);
  expect(entry).toEqual({ frame, flags });
});
