import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { encodeBase64url } from './base64url.ts';
import { decodeMoment, encodeMoment, type SharedMoment } from './link.ts';
import { DICTIONARY_V1, DICTIONARY_V2 } from './link-dictionary.ts';

const SCENARIO = `scenario 1
title A page table is edited through its own mapping
machine kvm mmu=shadow tlb=off
guest paging=4
slot 0 gpa=0 size=4M
slot 1 gpa=0x10000000 size=4M huge
stub gva=0x7f0000000000 gpa=0x7000
space s pool=0x100000
map s 0x7f0000000000 0x7000 p|w|u|a|d
map s 0x10000 0x10000 p|w|u           # tables 0x104000 to 0x106000
map s 0x11000 0x11000 p|w|u
let pt 0x106000
let win 0x40000000
map s win+pt pt p|w|u|a|d

read 0x10000
write 0x10000 0x1234
write win+pt+0x80 0x12000|p|w|u       # 0x10000 now leads elsewhere
read 0x10000
invlpg 0x10000
read 0x10000                          # and is seen there
host dirty-log 0 on
write 0x11000 2
host get-dirty 0
host drop 0x11000 4K
`;

const MOMENT: SharedMoment = {
  text: SCENARIO,
  step: 4,
  offset: 17,
  selection: 'entry:t3+0x80',
  view: 'walk,tables',
  engine: '0.1.0',
  hash: '3fa09c21',
  stops: '',
  notes: '',
  search: '',
};

const MARKED: SharedMoment = {
  ...MOMENT,
  stops: '+is:fault\n-entry:t3[010] is:change\n',
  notes: '4:17:Here the shadow goes stale.\n',
};

function problemOf(fragment: string): string {
  const decoded = decodeMoment(fragment);
  return 'problem' in decoded ? decoded.problem.message : 'none';
}

const CUT = 'The link is cut short: its end is missing.';
const BROKEN = 'The link is broken: some of its characters were changed or lost.';
const NEWER = 'The link was made by a newer version of Penumbra, and this one cannot read it.';
const FOREIGN = 'This is not a link to a moment: it begins neither with #p and a version nor with #t=.';

describe('a moment', () => {
  test('comes back whole, with and without #', () => {
    const fragment = encodeMoment(MOMENT);
    expect(decodeMoment(fragment)).toEqual({ moment: MOMENT });
    expect(decodeMoment(fragment.slice(1))).toEqual({ moment: MOMENT });
  });

  test('is letters, digits, - and _ only', () => {
    expect(encodeMoment(MOMENT)).toMatch(/^#p1[A-Za-z0-9_-]+$/);
  });

  test('of any content comes back whole', () => {
    const text = fc.string({ unit: 'grapheme' });
    const moment = fc.record({
      text,
      step: fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }),
      offset: fc.integer({ min: 0, max: 2 ** 52 - 1 }),
      selection: text,
      view: text,
      engine: text,
      hash: text,
      stops: text,
      notes: text,
      search: text,
    });
    fc.assert(
      fc.property(moment, (each) => {
        expect(decodeMoment(encodeMoment(each))).toEqual({ moment: each });
      }),
    );
  });

  test('carries long scenarios too, wherever the cursor is in them', () => {
    const line = fc.nat().map((number) => `read 0x${number.toString(16)} # é€😀`);
    const long = fc.array(line, { minLength: 900, maxLength: 1200 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(long, fc.array(fc.nat(), { minLength: 2, maxLength: 4 }), (text, steps) => {
        for (const step of steps) {
          for (const each of [
            { ...MOMENT, text, step },
            { ...MARKED, text, step },
          ])
            expect(decodeMoment(encodeMoment(each))).toEqual({ moment: each });
        }
      }),
      { numRuns: 20 },
    );
  });

  test('is written in the oldest version that can carry it', () => {
    expect(encodeMoment(MARKED)).toMatch(/^#p2[A-Za-z0-9_-]+$/);
    expect(decodeMoment(encodeMoment(MARKED))).toEqual({ moment: MARKED });
    expect(encodeMoment({ ...MARKED, stops: '', notes: '' })).toBe(encodeMoment(MOMENT));
  });

  test('carries what is looked for, which old pages pass over', () => {
    const searched = { ...MOMENT, search: 'kind:kvm_mmu_set_spte gfn=0x10' };
    expect(encodeMoment(searched)).toMatch(/^#p2/);
    expect(decodeMoment(encodeMoment(searched))).toEqual({ moment: searched });
    expect(encodeMoment(searched).length - encodeMoment(MOMENT).length).toBeLessThan(40);
  });

  test('with two stops and a note has fewer than 100 characters more', () => {
    expect(encodeMoment(MARKED).length - encodeMoment(MOMENT).length).toBeLessThan(100);
  });

  test('of 25 lines has fewer than 300 characters, of 200 lines fewer than 2000', () => {
    expect(SCENARIO.split('\n')).toHaveLength(26);
    expect(encodeMoment(MOMENT).length).toBeLessThan(300);
    const steps = Array.from(
      { length: 175 },
      (_, i) => `write 0x${(0x10000 + ((i * 7919) % 1024) * 8).toString(16)} ${i}\n`,
    );
    expect(encodeMoment({ ...MOMENT, text: SCENARIO + steps.join('') }).length).toBeLessThan(2000);
  });

  test('of codec version 1 stays readable for ever', () => {
    const old = '#p12EARY1KSAjd0rEqMwXlSrDwxJ1sH4gQuAz1DPQMB47REA8tkI0OkqEWKSFS7AA';
    expect(decodeMoment(old)).toEqual({
      moment: { ...MOMENT, text: 'scenario 1\nmachine kvm\nread 0x10000\n', step: 1 },
    });
  });
});

test('of codec version 2 stays readable for ever', () => {
  const old =
    '#p28OUJY1KSgrWnwXlSDNQX0oE4gctAz1DPQMA4LdHAMtnIkIXJDdGy1sXRCudicTKxMjS38gD2osBtMGgcp-cDvQTsI-Wk6iGnEaQUgepoAA';
  expect(decodeMoment(old)).toEqual({
    moment: { ...MARKED, text: 'scenario 1\nmachine kvm\nread 0x10000\n', step: 1 },
  });
});

test('the dictionary of codec version 2 never changes', () => {
  expect(createHash('sha256').update(DICTIONARY_V2).digest('hex')).toBe(
    '4eb8012c4af93e5bd72832e8b54a796859619bf6d0c4ace5e5f5c0159e5fc650',
  );
});

test('the dictionary of codec version 1 never changes', () => {
  expect(createHash('sha256').update(DICTIONARY_V1).digest('hex')).toBe(
    '1c6d64f21b7e9b36980bff2db13ef8e15e71479f128b81d00fdc2281137aa790',
  );
});

/** A link of version 2 whose body is these bytes. */
function fragmentOf(body: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of body) hash = Math.imul(hash ^ byte, 0x01000193);
  const sum = ((hash >>> 24) ^ hash) & 0xffffff;
  const dictionary = new TextEncoder().encode(DICTIONARY_V2);
  const deflated = deflateSync(body, { dictionary });
  return `#p2${encodeBase64url(Uint8Array.of(sum >> 16, (sum >> 8) & 0xff, sum & 0xff, ...deflated))}`;
}

describe('the parts of a link', () => {
  const head = [0, 0, 0, 0, 0, 0];
  const letters = (text: string): number[] => [text.length * 2, ...new TextEncoder().encode(text)];

  test('of a sort that is not known are passed over', () => {
    const body = [...head, 4, 14, ...letters('future'), 2, ...letters('+is:fault'), ...Buffer.from('read 0')];
    expect(decodeMoment(fragmentOf(Uint8Array.from(body)))).toMatchObject({
      moment: { stops: '+is:fault', notes: '', text: 'read 0' },
    });
  });

  test.each([
    ['more than there are', [...head, 8, 2, ...letters('x')]],
    ['more than anybody makes', [...head, 200, 1, ...Array(100).fill(0)]],
    ['fewer than none', [...head, 3]],
    ['none, where there must be a number', head],
  ])('are refused: %s', (_, body) => {
    expect(problemOf(fragmentOf(Uint8Array.from(body)))).toBe(BROKEN);
  });
});

describe('a link written by hand', () => {
  test('is a percent-encoded scenario, shown from its beginning', () => {
    const moment = {
      text: SCENARIO,
      step: 0,
      offset: 0,
      selection: '',
      view: '',
      engine: '',
      hash: '',
      stops: '',
      notes: '',
      search: '',
    };
    expect(decodeMoment(`#t=${encodeURIComponent(SCENARIO)}`)).toEqual({ moment });
    expect(decodeMoment('#t=read+0x1|p%0A')).toEqual({ moment: { ...moment, text: 'read+0x1|p\n' } });
  });

  test.each(['#t=%', '#t=%ff', '#t=%e4%b8'])('%s is broken', (fragment) => {
    expect(problemOf(fragment)).toBe(BROKEN);
  });
});

describe('a bad link is refused with one sentence', () => {
  test.each([
    ['', FOREIGN],
    ['#', FOREIGN],
    ['#intro', FOREIGN],
    ['#p', FOREIGN],
    ['#p-abc', FOREIGN],
    ['#p0abc', FOREIGN],
    ['#p3abc', NEWER],
    ['#p2AAAA', CUT],
    ['#pzabc', NEWER],
    ['#p1', CUT],
    ['#p1AAAA', CUT],
    ['#p1AAA/AAAAA', BROKEN],
    ['#p1AAAA____', BROKEN],
  ])('%j', (fragment, problem) => {
    expect(problemOf(fragment)).toBe(problem);
  });

  test('cut anywhere, it is said to be cut', () => {
    const fragment = encodeMoment(MOMENT);
    // The last two characters may hold nothing but padding of the last byte and the end-of-block code.
    for (let length = 3; length < fragment.length - 2; length++) {
      expect(problemOf(fragment.slice(0, length))).toBe(CUT);
    }
  });

  test('with any one character changed it is refused', () => {
    const fragment = encodeMoment(MOMENT);
    // As above: some bits of the last two characters mean nothing.
    for (let i = 3; i < fragment.length - 2; i++) {
      const other = fragment[i] === 'A' ? 'B' : 'A';
      expect(problemOf(fragment.slice(0, i) + other + fragment.slice(i + 1))).not.toBe('none');
    }
  });

  test('too long', () => {
    const problem = 'The link is too long: it has more than 200000 characters.';
    expect(problemOf(`#p1${'A'.repeat(200_001)}`)).toBe(problem);
    expect(problemOf(`#t=${'a'.repeat(200_001)}`)).toBe(problem);
  });

  test('64 MiB of zeros are not unpacked', () => {
    const bomb = `#p1${encodeBase64url(Uint8Array.of(0, 0, 0, ...deflateSync(new Uint8Array(64 << 20), { level: 9 })))}`;
    expect(bomb.length).toBeLessThan(200_000);
    const before = process.memoryUsage().arrayBuffers;
    const start = performance.now();
    expect(problemOf(bomb)).toBe('The link unpacks to more than 1048576 bytes, which no scenario needs.');
    expect(performance.now() - start).toBeLessThan(1000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
  });

  test('whatever stands there, decoding returns', () => {
    const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
    const payload = fc.string({ unit: letter, maxLength: 200 }).map((text) => `#p1${text}`);
    fc.assert(
      fc.property(fc.oneof(payload, fc.string({ unit: 'binary' })), (fragment) => {
        expect(Object.keys(decodeMoment(fragment))).toHaveLength(1);
      }),
      { numRuns: 1000 },
    );
  });
});
