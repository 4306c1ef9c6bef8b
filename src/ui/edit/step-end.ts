/** The machine at the end of a step: what a statement that is inserted after it will find. */
import type { Atlas } from '#hypervisor/atlas.ts';
import { type EntryReader, knownEntries } from '#hypervisor/known-entries.ts';
import { readAtlas } from '#hypervisor/read-atlas.ts';
import { Replay } from '#machine/log-reader.ts';
import type { Moment, Run } from '#ui/moment.ts';

interface Known {
  readonly replay: Replay;
  readonly entriesOf: EntryReader;
  step: number;
  atlas: Atlas;
}

const known = new WeakMap<Run, Known>();

const lastOf = ({ reader }: Run, step: number): number => reader.stepEnd(step) - 1;

/** A word of the machine at the end of a step. @param now what it is at a moment within the step */
export function wordAfter({ run, reader, index }: Moment, step: number, place: number, now: number): number {
  let value = now;
  for (let change = reader.changesUpTo(index); change < reader.changesUpTo(lastOf(run, step)); change++)
    if (reader.changeWord(change, 0) === place) value = reader.changeWord(change, 2);
  return value;
}

/** With words of its own: the moment that the page shows stays where it is. Good until it is asked for another step of the run. */
export function atlasAfter(run: Run, step: number): Atlas {
  const last = known.get(run);
  if (last?.step === step) return last.atlas;
  const replay = last?.replay ?? new Replay(run.reader);
  const entriesOf = last?.entriesOf ?? knownEntries((frame) => replay.version(frame));
  const atlas = readAtlas(replay.seek(lastOf(run, step)), entriesOf);
  known.set(run, { replay, entriesOf, step, atlas });
  return atlas;
}
