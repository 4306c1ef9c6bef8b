/**
 * Statements to a scenario, or everything that is wrong with them. It knows the order of statements and leaves what they
 * say to check-machine.ts, check-memory.ts and check-steps.ts.
 */

import { guestPaging, machineKind, resolveGuest, resolveMachine } from './check-machine.ts';
import { checkMemory, checkPlaces, type Memory } from './check-memory.ts';
import { checkStep, stepContext } from './check-steps.ts';
import { MAX_PROBLEMS } from './limits.ts';
import { parse, type Statement } from './parse.ts';
import { argument, numberWithin, type Resolution, refuseXenWords, report } from './resolution.ts';
import type { Problem, Scenario, Step } from './scenario.ts';
import { findStatement } from './statements.ts';

/** The one version of the language. */
const VERSION = 1;

/** The result of checking: a scenario, or problems in the order of the text; never both, never neither. */
export interface Checked {
  readonly scenario: Scenario | null;
  readonly problems: Problem[];
}

/** A scenario text read to the end: its statements, and what checking them gave. */
export interface Loaded extends Checked {
  readonly statements: Statement[];
}

function isStep(statement: Statement): boolean {
  return findStatement(statement.verb, statement.host)?.where !== 'setup';
}

function checkVersion(resolution: Resolution, first: Statement | undefined): void {
  if (first?.verb !== 'scenario') {
    const span = first?.span ?? { line: 1, column: 1, length: 0 };
    report(resolution, span, 'version-missing');
    return;
  }
  const word = argument(first, 'VERSION');
  const version = numberWithin(resolution, word, { least: 0, most: Number.MAX_SAFE_INTEGER });
  if (version !== VERSION) {
    report(resolution, word.span, 'wrong-version', VERSION, version);
  }
}

/** The machine comes before all steps; so does all else that is no step; some statements stand once. */
function checkOrder(resolution: Resolution, statements: readonly Statement[]): void {
  const firstStep = statements.find(isStep);
  const once = new Map<string, number>();
  for (const statement of statements) {
    const { verb, host, span } = statement;
    const spec = findStatement(verb, host);
    const older = once.get(verb);
    if (spec?.once && older !== undefined) report(resolution, span, 'statement-twice', verb, older);
    else if (spec?.once) once.set(verb, span.line);
    if (!isStep(statement) && firstStep !== undefined && firstStep.span.line < span.line) {
      report(resolution, span, 'statement-late', verb, firstStep.span.line);
    }
  }
  if (!once.has('machine')) {
    const span = firstStep?.span ?? statements.at(-1)?.span ?? { line: 1, column: 1, length: 0 };
    report(resolution, span, 'machine-missing');
  }
}

/** Problems in the order of the text, not more than people can read. */
function sorted(problems: readonly Problem[]): Problem[] {
  const byPlace = (a: Problem, b: Problem) => a.span.line - b.span.line || a.span.column - b.span.column;
  return problems.toSorted(byPlace).slice(0, MAX_PROBLEMS);
}

/**
 * Resolves names, defaults and units, and checks that the statements make sense together.
 * @returns A scenario, or up to twenty problems; a scenario is taken whole or not at all.
 */
function check(statements: readonly Statement[]): Checked {
  const machineStatement = statements.find(({ verb }) => verb === 'machine');
  const guestStatement = statements.find(({ verb }) => verb === 'guest');
  const xen = machineKind(machineStatement) === 'xen';
  const resolution: Resolution = { problems: [], names: new Map(), xen };
  checkVersion(resolution, statements[0]);
  checkOrder(resolution, statements);

  const machine = resolveMachine(resolution, machineStatement);
  const paging = guestPaging(guestStatement);
  const memory: Memory = {
    machine,
    paging,
    slots: [],
    setup: [],
    stub: null,
    hasFaultySlot: false,
    inSlots: [],
  };
  const allowed = statements.filter((statement) => !refuseXenWords(resolution, statement));
  for (const statement of allowed) if (!isStep(statement)) checkMemory(resolution, memory, statement);
  checkPlaces(resolution, memory);
  const firstSpace = memory.setup.find((each) => each.kind === 'space');
  const guest = resolveGuest(resolution, guestStatement, BigInt(firstSpace?.pool ?? 0));

  const context = stepContext(resolution, machine, paging, memory.slots);
  const steps: Step[] = [];
  for (const statement of allowed) {
    const step = isStep(statement) ? checkStep(context, statement) : null;
    if (step !== null) steps.push(step);
  }
  if (resolution.problems.length > 0) return { scenario: null, problems: sorted(resolution.problems) };
  const title = statements.find(({ verb }) => verb === 'title')?.words[0]?.text ?? '';
  const { slots, stub, setup } = memory;
  return { scenario: { title, machine, guest, slots, stub, setup, steps }, problems: [] };
}

/** Parses and checks. Where words are wrong by themselves, only those are told: the rest would follow from them. */
export function load(text: string): Loaded {
  const { statements, problems } = parse(text);
  if (problems.length > 0) return { scenario: null, statements, problems };
  return { statements, ...check(statements) };
}
