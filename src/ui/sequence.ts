/**
 * The events that a person steps through, in three levels of detail: what the hardware does, what the hypervisor does besides, and
 * its calls of functions too, several for every event that tells something. Events are numbered without calls, whatever
 * the level: an event keeps its number.
 */
import { EVENT, isCall, WALKER_CPU, WALKER_NESTED } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';

/** Some events of a log, in order, each with a rank from 0. */
export interface Sequence {
  readonly length: number;
  /** Event index at a rank. */
  at(rank: number): number;
  /** Rank of an event, or of the last one before it that belongs to the sequence; -1 before the first. */
  rank(index: number): number;
}

export const DETAILS = ['hardware', 'hypervisor', 'everything'] as const;
/** How much of the log is stepped through; each level has the events of the one before it. */
export type Detail = (typeof DETAILS)[number];

/** Whether an event is the hardware's: steps and outcomes, exits and entries, walks and TLBs, but not what a hypervisor reads. */
function isHardware(reader: LogReader, index: number): boolean {
  const { family, kind } = reader.spec(index);
  if (kind === EVENT.reference) {
    const walker = reader.payload(index, 0) & 0xff;
    return walker === WALKER_CPU || walker === WALKER_NESTED;
  }
  return family === 'flow' || family === 'walk';
}

function filtered(reader: LogReader, isWanted: (index: number) => boolean): Sequence {
  const events: number[] = [];
  for (let index = 0; index < reader.length; index++) if (isWanted(index)) events.push(index);
  return listed(Int32Array.from(events));
}

/** Events of all kinds but calls and returns: the level of the hypervisor, and what is numbered. */
export const storyOf = (reader: LogReader): Sequence =>
  filtered(reader, (index) => !isCall(reader.kind(index)));

/** What the hardware does. */
export const hardwareOf = (reader: LogReader): Sequence =>
  filtered(reader, (index) => isHardware(reader, index));

/** Every event. */
export const allOf = ({ length }: Pick<LogReader, 'length'>): Sequence => ({
  length,
  at: (rank) => rank,
  rank: (index) => index,
});

/** A sequence of the listed events (ascending). */
export function listed(events: ArrayLike<number>): Sequence {
  return {
    length: events.length,
    at: (rank) => events[rank] as number,
    rank: (index) => {
      let low = 0;
      let high = events.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((events[middle] as number) <= index) low = middle + 1;
        else high = middle;
      }
      return low - 1;
    },
  };
}

/** Whether an event belongs to a sequence. */
export const includes = (sequence: Sequence, index: number): boolean => {
  const rank = sequence.rank(index);
  return rank >= 0 && sequence.at(rank) === index;
};

/** The event `steps` further on (back where negative), kept within the sequence. From between two events: the nearer one in that direction. */
export function moved(sequence: Sequence, index: number, steps: number): number {
  const isBetween = !includes(sequence, index);
  const target = sequence.rank(index) + steps + (isBetween && steps < 0 ? 1 : 0);
  return sequence.at(Math.max(0, Math.min(sequence.length - 1, target)));
}
