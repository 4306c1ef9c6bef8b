import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REGISTERS } from '#machine/events.ts';
import { type Place, parsePlace, placeText, samePlace } from './place.ts';

const word32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const anyPlace: fc.Arbitrary<Place> = fc.oneof(
  fc.record({
    kind: fc.constant('entry' as const),
    table: fc.constantFrom('t3', 'g:106', 'g:106/2', 'pae0'),
    index: fc.nat({ max: 1023 }),
  }),
  fc.record({ kind: fc.constant('table' as const), table: fc.constantFrom('t0', 'g:fff', 'pae1') }),
  fc.record({
    kind: fc.constant('frame' as const),
    of: fc.constantFrom('guest' as const, 'host' as const),
    frame: fc.nat({ max: 2 ** 32 - 1 }),
  }),
  fc.record({
    kind: fc.constant('address' as const),
    space: fc.constantFrom('gva' as const, 'gpa' as const, 'hpa' as const),
    hi: word32,
    lo: word32,
  }),
  fc.record({
    kind: fc.constant('function' as const),
    name: fc.constantFrom('mmu_set_spte', '__link_shadow_page'),
  }),
  fc.record({
    kind: fc.constant('register' as const),
    cpu: fc.nat({ max: 254 }),
    register: fc.constantFrom(...REGISTERS),
  }),
  fc.record({
    kind: fc.constant('event' as const),
    step: fc.integer({ min: -1, max: 9999 }),
    offset: fc.nat({ max: 1e6 }),
  }),
);

describe('a place in a link', () => {
  it('comes back, whatever it is', () => {
    fc.assert(
      fc.property(anyPlace, (place) => {
        expect(parsePlace(placeText(place))).toEqual(place);
      }),
      { seed: 5 },
    );
  });

  it('is empty for none', () => {
    expect(placeText(null)).toBe('');
    expect(parsePlace('')).toBeNull();
  });

  it.each([
    ['g:106[16]', { kind: 'entry', table: 'g:106', index: 16 }],
    ['g:106/2', { kind: 'table', table: 'g:106/2' }],
    ['pae0[3]', { kind: 'entry', table: 'pae0', index: 3 }],
    ['t3', { kind: 'table', table: 't3' }],
  ] as const)('of an old link is read as ever: %s', (text, place) => {
    expect(parsePlace(text)).toEqual(place);
  });

  it.each([
    't3[',
    't3[x]',
    '<b>',
    't'.repeat(99),
    'gfn:',
    'gfn:xyz',
    'gfn:123456789',
    'gva:00000000000000000',
    'fn:a b',
    'fn:__proto__ x',
    'reg:0:rip',
    'reg:cr3',
    'ev:1',
    'ev:1:-1',
  ])('is refused: %s', (text) => {
    expect(parsePlace(text)).toBeNull();
  });

  it('is compared by what it names', () => {
    expect(samePlace(parsePlace('gfn:103'), { kind: 'frame', of: 'guest', frame: 0x103 })).toBe(true);
    expect(samePlace(parsePlace('gfn:103'), parsePlace('hfn:103'))).toBe(false);
    expect(samePlace(null, null)).toBe(true);
  });
});
