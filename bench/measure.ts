// Figures and how they are printed. What can be compared between machines is the ratio to something simple, measured in turns in the
// same process; figures are medians.
import { measure } from 'mitata';

export const ROUNDS = 5;

/** The middle one of some values. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] as number;

/** Nanoseconds of one call of each function, measured in turns. */
export async function inTurns(one: () => unknown, other: () => unknown): Promise<readonly [number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    times[0].push((await measure(one)).p50);
    times[1].push((await measure(other)).p50);
  }
  return [median(times[0]), median(times[1])];
}

/** @param ns of one operation @param least of the least that could do it */
export function report(what: string, ns: number, against: string, least: number): void {
  const rate = Math.round(1e9 / ns).toLocaleString('en');
  console.log(
    `${what.padEnd(34)} ${ns.toFixed(1).padStart(12)} ns ${rate.padStart(14)}/s   ${(ns / least).toFixed(2)}× ${against}`,
  );
}

/** Prints a goal, and whether it holds. @param bound not to be exceeded @param format of the figures */
export function goal(
  what: string,
  figure: number,
  bound: number,
  format: (figure: number) => string = (ratio) => `${ratio.toFixed(2)}×`,
): void {
  console.log(
    `  goal: ${what.padEnd(60)} ${format(figure).padStart(10)}, at most ${format(bound).padEnd(8)} ${figure <= bound ? 'holds' : 'MISSED'}`,
  );
}
