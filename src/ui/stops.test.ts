import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_STOPS, parseStops, type Stop, stopsText } from './stops.ts';

describe('stops in a link', () => {
  it('come back', () => {
    const stops: Stop[] = [
      { text: 'is:fault', isOn: true },
      { text: 'kind:kvm_mmu_set_spte -gfn=0x10', isOn: false },
      { text: '"read 0x10000"', isOn: true },
    ];
    expect(parseStops(stopsText(stops))).toEqual(stops);
    expect(stopsText([])).toBe('');
  });

  it('are filters, each once, and not too many', () => {
    expect(parseStops('+is:fault\n-is:fault\n+gfn=\nis:exit\n+\n+   \n')).toEqual([
      { text: 'is:fault', isOn: false },
    ]);
    const many = Array.from({ length: 100 }, (_, i) => `+step:${i + 1}\n`).join('');
    expect(parseStops(many)).toHaveLength(MOST_STOPS);
  });

  it('whatever stands there, are read without harm', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const stops = parseStops(text);
        expect(parseStops(stopsText(stops))).toEqual(stops);
      }),
      { seed: 9 },
    );
  });
});
