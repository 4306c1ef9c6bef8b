/**
 * Where two logs differ: the first event that tells something else, and the first step that comes to something else. Calls of
 * functions are passed over. Places in the machine do not count, nor do numbers of texts; what they name does.
 */
import { EVENT, isCall, PAYLOAD_WORDS } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import type { NamedLog } from './names.ts';
import { eventLine, outcomeText } from './print.ts';

/** The first event at or after `index` that is no call; the log's length where there is none. */
function told(reader: LogReader, index: number): number {
  let event = index;
  while (event < reader.length && isCall(reader.kind(event))) event++;
  return event;
}

/** Kind, vCPU and payload, word for word; the number of changes and the depth of calls left out. */
function hasSameWords(a: LogReader, atA: number, b: LogReader, atB: number): boolean {
  if (a.kind(atA) !== b.kind(atB) || a.cpu(atA) !== b.cpu(atB)) return false;
  for (let n = 0; n < PAYLOAD_WORDS; n++) if (a.payload(atA, n) !== b.payload(atB, n)) return false;
  return true;
}

const hasText = (reader: LogReader, index: number): boolean =>
  reader.spec(index).fields.some(({ type }) => type === 'text' || type === 'function');

/** Whether two events tell the same. */
function isSame(a: NamedLog, atA: number, b: NamedLog, atB: number): boolean {
  if (hasSameWords(a.reader, atA, b.reader, atB) && !hasText(a.reader, atA)) return true;
  return (
    a.reader.cpu(atA) === b.reader.cpu(atB) &&
    eventLine(a.reader, a.names, atA) === eventLine(b.reader, b.names, atB)
  );
}

/** The first events at which two logs differ (a log's length where it ended before the other); null where they tell the same. */
export function firstDifference(a: NamedLog, b: NamedLog): readonly [number, number] | null {
  let atA = told(a.reader, 0);
  let atB = told(b.reader, 0);
  while (atA < a.reader.length && atB < b.reader.length) {
    if (!isSame(a, atA, b, atB)) return [atA, atB];
    atA = told(a.reader, atA + 1);
    atB = told(b.reader, atB + 1);
  }
  return atA === a.reader.length && atB === b.reader.length ? null : [atA, atB];
}

/** What a step came to, in the words of a trace; null where it has not come to its end. */
export function stepOutcome(reader: LogReader, step: number): string | null {
  for (let event = reader.stepEnd(step) - 1; event >= reader.stepStart(step); event--)
    if (reader.kind(event) === EVENT.outcome) return outcomeText(reader, event);
  return null;
}
