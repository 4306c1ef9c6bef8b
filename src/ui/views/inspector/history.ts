/** Which events changed an entry, with its value before and after each: read from the changed words of the log. */
import type { LogReader } from '#machine/log-reader.ts';
import { eventOfChange } from '#machine/stored.ts';

export interface HistoryItem {
  readonly event: number;
  /** Swizzled pairs. */
  readonly oldFrame: number;
  readonly oldFlags: number;
  readonly frame: number;
  readonly flags: number;
}

/**
 * Every event that changed the entry whose two words are at `place`, in order. Changes before the first event (the guest's
 * preparation) are not in it.
 */
export function entryHistory(reader: LogReader, place: number): HistoryItem[] {
  const items: HistoryItem[] = [];
  let frame = reader.data.base[place] ?? 0;
  let flags = reader.data.base[place + 1] ?? 0;
  for (let change = 0; change < reader.data.changeCount; change++) {
    const at = reader.changeWord(change, 0);
    if (at !== place && at !== place + 1) continue;
    const value = reader.changeWord(change, 2);
    const event = eventOfChange(reader, change);
    const last = items.at(-1);
    const before = last?.event === event ? items.pop() : undefined;
    const [oldFrame, oldFlags] = [before?.oldFrame ?? frame, before?.oldFlags ?? flags];
    if (at === place) frame = value;
    else flags = value;
    items.push({ event, oldFrame, oldFlags, frame, flags });
  }
  return items;
}
