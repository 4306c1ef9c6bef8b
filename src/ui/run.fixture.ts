/** Runs a scenario for tests of the views, in place of the worker. */
import { LogReader, Replay } from '#machine/log-reader.ts';
import { DEFAULT_LIMITS, type MachineLimits } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { runScenario } from '#scenario/run.ts';
import { Names } from '#trace/names.ts';
import { type Moment, momentAt, newRun, type Run } from './moment.ts';

/** First touch of a page under shadow paging. */
export const FIRST_TOUCH = `scenario 1
title First touch
machine kvm mmu=shadow tlb=off
guest paging=4
slot 0 gpa=0 size=4M
space s pool=0x100000
map s 0x10000 0x10000 p|w|u

read 0x10000
write 0x10000 0x1234
read 0x40000000
`;

/** The same page without a hypervisor. */
export const BARE = FIRST_TOUCH.replace('machine kvm mmu=shadow', 'machine bare');

/** Runs a text. Throws where it has errors. @param limits VIEWING_LIMITS has calls recorded, as the page does */
export function runText(text: string, limits: MachineLimits = DEFAULT_LIMITS): Run {
  const { scenario, problems } = load(text);
  if (!scenario) throw new Error(problems[0]?.message);
  const result = runScenario(scenario, limits);
  if ('problems' in result) throw new Error(result.problems[0]?.message);
  const reader = new LogReader(result.log);
  return newRun({ text, scenario, reader, replay: new Replay(reader), names: new Names(reader) });
}

/** The moment at the `nth` event (from 1) of a kind. */
export function momentOf(run: Run, kind: number, nth = 1): Moment {
  let left = nth;
  for (let index = 0; index < run.reader.length; index++) {
    if (run.reader.kind(index) === kind && --left === 0) return momentAt(run, index);
  }
  throw new Error(`the run has no event ${nth} of kind ${kind}`);
}
