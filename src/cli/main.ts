/**
 * The command line: `penumbra trace FILE|DIR… [--out DIR] [--format FORMAT]`. Exit code 0; 2 for bad input, with FILE:LINE:COL:
 * message for each problem.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LogReader } from '#machine/log-reader.ts';
import { load } from '#scenario/check.ts';
import { type RunResult, runScenario } from '#scenario/run.ts';
import type { Problem, Scenario } from '#scenario/scenario.ts';
import { ftraceText } from '#trace/ftrace.ts';
import { jsonText } from '#trace/json.ts';
import { Names } from '#trace/names.ts';
import { canonicalTrace } from '#trace/print.ts';

const USAGE = `usage: penumbra trace FILE|DIR… [--out DIR] [--format canonical|ftrace|json]

  Prints the canonical trace of each scenario; with --out, writes NAME.trace for each NAME.scn there.
  A directory stands for the .scn files in it.
  --format ftrace prints what a kernel's tracefs would (NAME.ftrace), --format json all events (NAME.json).
`;

interface Format {
  /** The end of its files' names. */
  readonly suffix: string;
  readonly print: (
    reader: LogReader,
    names: Names,
    scenario: Scenario,
    tables: RunResult['tables'],
  ) => string;
}

/** The forms that a log can be printed in. */
const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  [
    'canonical',
    { suffix: 'trace', print: (reader, names, _, tables) => canonicalTrace(reader, names, tables) },
  ],
  ['ftrace', { suffix: 'ftrace', print: ftraceText }],
  ['json', { suffix: 'json', print: (reader, names, { title }) => jsonText(reader, names, title) }],
]);

/** Runs the command line. Returns the exit code. */
export function main(args: readonly string[]): number {
  const [command, ...rest] = args;
  if (command === 'trace') return trace(rest);
  const help = command === '--help' || command === 'help';
  (help ? process.stdout : process.stderr).write(USAGE);
  return help ? 0 : 2;
}

interface TraceArguments {
  readonly places: readonly string[];
  readonly out: string | null;
  readonly format: Format;
}

/** The value of an option that is written `--name value` or `--name=value`; undefined where `arg` is another word. */
function optionValue(arg: string, name: string, next: () => string | undefined): string | undefined {
  if (arg === name) return next() ?? '';
  return arg.startsWith(`${name}=`) ? arg.slice(name.length + 1) : undefined;
}

function readArguments(args: readonly string[]): TraceArguments | null {
  const places: string[] = [];
  const rest = [...args];
  let out: string | null = null;
  let format = 'canonical';
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const next = () => rest.shift();
    const folder = optionValue(arg, '--out', next);
    const form = optionValue(arg, '--format', next);
    if (folder !== undefined) out = folder;
    else if (form !== undefined) format = form;
    else if (arg.startsWith('-')) return null;
    else places.push(arg);
  }
  const known = FORMATS.get(format);
  return places.length === 0 || out === '' || !known ? null : { places, out, format: known };
}

function trace(args: readonly string[]): number {
  const parsed = readArguments(args);
  if (!parsed) {
    process.stderr.write(USAGE);
    return 2;
  }
  if (parsed.out !== null) mkdirSync(parsed.out, { recursive: true });
  let code = 0;
  for (const place of parsed.places) {
    for (const file of scenarioFiles(place)) {
      const text = traceFile(file, parsed.format);
      if (text === null) code = 2;
      else if (parsed.out === null) process.stdout.write(text);
      else
        writeFileSync(
          join(parsed.out, `${basename(file).replace(/\.scn$/, '')}.${parsed.format.suffix}`),
          text,
        );
    }
  }
  return code;
}

/** The scenario files that an argument stands for. One that cannot be looked at stands for itself, and fails when it is read. */
function scenarioFiles(place: string): string[] {
  try {
    if (!statSync(place).isDirectory()) return [place];
    return readdirSync(place)
      .filter((name) => name.endsWith('.scn'))
      .sort()
      .map((name) => join(place, name));
  } catch {
    return [place];
  }
}

/** The trace of one file, or null after its problems were told. */
function traceFile(file: string, format: Format): string | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return tell(file, [
      { span: { line: 1, column: 1, length: 1 }, message: `the file cannot be read (${reason})` },
    ]);
  }
  const { scenario, problems } = load(text);
  if (!scenario) return tell(file, problems);
  const result = runScenario(scenario);
  if ('problems' in result) return tell(file, result.problems);
  if (result.notice !== null) {
    return tell(file, [{ span: { line: 1, column: 1, length: 1 }, message: result.notice.message }]);
  }
  const reader = new LogReader(result.log);
  return format.print(reader, new Names(reader), scenario, result.tables);
}

function tell(file: string, problems: readonly Pick<Problem, 'span' | 'message'>[]): null {
  for (const { span, message } of problems)
    process.stderr.write(`${file}:${span.line}:${span.column}: ${message}\n`);
  return null;
}
