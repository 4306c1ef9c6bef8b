// The same as random-walks.test.ts, a million times: run with `npm run test:long`.
import { expect, it } from 'vitest';
import { disagreement, type Tally } from './random-walks.ts';

const WALKS = 1_000_000;
const FIRST_SEED = 1_000_000;

it('a million random walks agree with the oracle', { timeout: 1_800_000 }, () => {
  const tally: Tally = new Map();
  const wrong = disagreement(FIRST_SEED, WALKS, tally);
  expect(wrong, wrong ?? '').toBeNull();
});
