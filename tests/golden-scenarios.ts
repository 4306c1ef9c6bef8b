/** The recorded scenarios and traces of golden/, and how a run is held against its recording. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogReader } from '#machine/log-reader.ts';
import { load } from '#scenario/check.ts';
import { runScenario } from '#scenario/run.ts';
import { Names } from '#trace/names.ts';
import { canonicalTrace } from '#trace/print.ts';

export const GOLDEN = join(import.meta.dirname, '..', 'golden');
const FOLDERS = ['kvm-amd', 'kvm-intel', 'random'];

/** A recording: folder and name as in `first.txt`, the scenario's text, and the canonical trace. */
export interface Recording {
  readonly name: string;
  readonly text: string;
  readonly trace: string;
}

/** One recording by name, for example `kvm-amd/shadow-nx`. */
export function recording(name: string): Recording {
  return {
    name,
    text: readFileSync(join(GOLDEN, `${name}.scn`), 'utf8'),
    trace: readFileSync(join(GOLDEN, `${name}.trace`), 'utf8'),
  };
}

const linesOf = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/** Names of the recordings to begin with. */
export const firstNames = (): string[] => linesOf(join(GOLDEN, 'first.txt'));

/** Every recording of KVM that the simulator runs; those that it refuses by name are left out. */
export function supportedRecordings(): Recording[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(GOLDEN, folder))
      .filter((file) => file.endsWith('.scn'))
      .sort()
      .map((file) => recording(`${folder}/${file.slice(0, -'.scn'.length)}`)),
  ).filter(({ text }) => load(text).problems.every(({ message }) => !message.includes('not supported yet')));
}

/** The log of a scenario that must run. Throws with the problems, or the notice, of one that does not. */
export function runText(text: string): { reader: LogReader; trace: string } {
  const { scenario, problems } = load(text);
  if (!scenario) throw new Error(problems.map(({ span, message }) => `${span.line}: ${message}`).join('\n'));
  const result = runScenario(scenario);
  if ('problems' in result) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  if (result.notice !== null) throw new Error(result.notice.message);
  const reader = new LogReader(result.log);
  return { reader, trace: canonicalTrace(reader, new Names(reader), result.tables) };
}

const LINES_BEFORE = 10;

/** Where two traces part: the step, the first line that differs, and what led up to it. Null if they are equal. */
export function difference(actual: string, expected: string): string | null {
  if (actual === expected) return null;
  const ours = actual.split('\n');
  const theirs = expected.split('\n');
  let at = 0;
  while (at < ours.length && ours[at] === theirs[at]) at++;
  const step = theirs.slice(0, at + 1).findLast((line) => line.startsWith('== ')) ?? 'before the first step';
  return [
    `line ${at + 1}, in ${step}`,
    ...theirs.slice(Math.max(0, at - LINES_BEFORE), at).map((line) => `    ${line}`),
    `  - ${theirs[at] ?? '(the recording ends)'}`,
    `  + ${ours[at] ?? '(our trace ends)'}`,
  ].join('\n');
}

/** How a run differs from its recording, also where it does not get to an end; null if it does not. */
export function mismatch({ text, trace }: Recording): string | null {
  try {
    return difference(runText(text).trace, trace);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
