/**
 * The events that a person steps through. Calls of functions are in the log too, several for every event that tells
 * something; they are passed over unless they are asked for, and events are numbered without them.
 */
import { EVENT } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';

/** Some events of a log, in order, each with a rank from 0. */
export interface Sequence {
  readonly length: number;
  /** Event index at a rank. */
  at(rank: number): number;
  /** Rank of an event, or of the last one before it that belongs to the sequence; -1 before the first. */
  rank(index: number): number;
}

/** Whether a kind of event is a call or a return. */
export const isCall = (kind: number): boolean => kind === EVENT.call || kind === EVENT.return;

/** Events of all kinds but calls and returns. */
export function storyOf(reader: LogReader): Sequence {
  const events: number[] = [];
  for (let index = 0; index < reader.length; index++) if (!isCall(reader.kind(index))) events.push(index);
  return listed(Int32Array.from(events));
}

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

/** The event `steps` further on (back where negative), kept within the sequence. From between two events: the nearer one in that direction. */
export function moved(sequence: Sequence, index: number, steps: number): number {
  const rank = sequence.rank(index);
  const isBetween = rank < 0 || sequence.at(rank) !== index;
  const target = rank + steps + (isBetween && steps < 0 ? 1 : 0);
  return sequence.at(Math.max(0, Math.min(sequence.length - 1, target)));
}
