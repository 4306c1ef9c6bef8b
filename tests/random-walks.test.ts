// Walks made by chance, in one dimension and in two, against the oracle: result, fault, A and D flags, number and order of references.
import { describe, expect, it } from 'vitest';
import { disagreement, type Tally } from './random-walks.ts';

const WALKS = 20_000;

describe(`${WALKS} random walks`, () => {
  const tally: Tally = new Map();

  it('agree with the oracle', { timeout: 60_000 }, () => {
    const wrong = disagreement(1, WALKS, tally);
    expect(wrong, wrong ?? '').toBeNull();
  });

  it.each([0, 2, 3, 4, 5].flatMap((guest) => [4, 5].map((nested) => ({ guest, nested }))))(
    'end in every way with $guest and $nested levels',
    ({ guest, nested }) => {
      const faults = ['#NPF', 'violation', 'misconfiguration', 'log-full', ...(guest > 0 ? ['#PF'] : [])];
      for (const outcome of ['ok', ...faults])
        expect(tally.get(`${guest}x${nested} ${outcome}`) ?? 0, outcome).toBeGreaterThan(0);
    },
  );

  it.each([2, 3, 4, 5])('end in every way with %i levels and no nested ones', (levels) => {
    for (const outcome of ['ok', '#PF', 'leaves 1 0', 'leaves 2 0'])
      expect(tally.get(`${levels}x0 ${outcome}`) ?? 0, outcome).toBeGreaterThan(0);
  });

  it.each([
    { depths: '2x4', guest: [1, 2] },
    { depths: '3x5', guest: [1, 2] },
    { depths: '4x4', guest: [1, 2, 3] },
    { depths: '5x5', guest: [1, 2, 3] },
  ])('meet pages of every size on pages of every size, $depths', ({ depths, guest }) => {
    for (const size of guest)
      for (const nested of [1, 2, 3])
        expect(tally.get(`${depths} leaves ${size} ${nested}`) ?? 0, `${size} ${nested}`).toBeGreaterThan(0);
  });
});
