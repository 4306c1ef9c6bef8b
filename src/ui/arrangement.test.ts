import { describe, expect, it } from 'vitest';
import { arrangementText, DEFAULT_ARRANGEMENT, parseArrangement } from './arrangement.ts';
import { parsePlace, placeText } from './place.ts';

describe('the arrangement of the panes in a link', () => {
  it('is empty for the default', () => {
    expect(arrangementText(DEFAULT_ARRANGEMENT)).toBe('');
    expect(parseArrangement('')).toEqual(DEFAULT_ARRANGEMENT);
  });

  it('comes back', () => {
    const own = {
      columns: [30, 40, 30],
      middle: [50, 50],
      rows: [60, 40],
      tab: 'tables',
      lower: 'memory',
      calls: true,
    } as const;
    expect(parseArrangement(arrangementText(own))).toEqual(own);
  });

  it.each(['c1.2', 'c0.0.100', 'cNaN.1.2', 'x', 'c50.50.50-vnone'])('takes the default for %s', (text) => {
    expect(parseArrangement(text)).toEqual(DEFAULT_ARRANGEMENT);
  });
});

describe('a place in a link', () => {
  it.each([
    { kind: 'entry', table: 'g:106/2', index: 511 } as const,
    { kind: 'table', table: 't3' } as const,
    null,
  ])('comes back: %o', (place) => {
    expect(parsePlace(placeText(place))).toEqual(place);
  });

  it.each(['t3[', 't3[x]', '<b>', 't'.repeat(99)])('is refused: %s', (text) => {
    expect(parsePlace(text)).toBeNull();
  });
});
