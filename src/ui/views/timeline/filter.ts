/** Which events a filter's words leave. */
import { eventLine } from '#trace/print.ts';
import type { Run } from '#ui/moment.ts';
import { listed, type Sequence } from '#ui/sequence.ts';

/** Logs longer than this are filtered by the kinds' names only: their lines would take too long. */
const MOST_LINES = 100_000;

/** Those events of a sequence whose line has every word of the filter in it; the sequence itself where nothing is filtered. */
export function matchingEvents(
  { reader, names }: Pick<Run, 'reader' | 'names'>,
  sequence: Sequence,
  filter: string,
): Sequence {
  const parts = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (parts.length === 0) return sequence;
  const events: number[] = [];
  for (let rank = 0; rank < sequence.length; rank++) {
    const index = sequence.at(rank);
    const text =
      sequence.length > MOST_LINES ? reader.spec(index).name : eventLine(reader, names, index).toLowerCase();
    if (parts.every((part) => text.includes(part))) events.push(index);
  }
  return listed(events);
}
