/**
 * A scenario on another machine: the words of its `machine` statement are changed, everything else stays as it is written.
 *
 * What is changed is given as words too, `kvm mmu=tdp vendor=intel unsync=off`: a kind, or none to keep it, and the keys that
 * shall differ. Which machines and switches there are follows from the language's tables.
 */

import type { KeySpec } from '#scenario/language/spec.ts';
import { load } from './check.ts';
import { MMUS, machineKind } from './check-machine.ts';
import { parse, type Statement } from './parse.ts';
import type { MachineKind, MmuKind, Problem, Scenario } from './scenario.ts';
import { findStatement } from './statements.ts';
import { UNSUPPORTED } from './unsupported.ts';

/** A machine that a scenario can be moved to. */
export interface OfferedMachine {
  readonly kind: MachineKind;
  /** `none` for a bare machine. */
  readonly mmu: MmuKind;
}

/** A key that, set to `value`, makes a machine differ in one thing. */
export interface Switch {
  readonly name: string;
  readonly value: string;
}

const KEYS: ReadonlyMap<string, KeySpec> = new Map(
  (findStatement('machine', false)?.keys ?? []).map((key) => [key.name, key]),
);

/** Every machine that can be run. */
export const MACHINES: readonly OfferedMachine[] = (Object.keys(MMUS) as MachineKind[]).flatMap((kind) =>
  MMUS[kind]
    .filter((mmu) => !(`machine ${kind}` in UNSUPPORTED) && !(`machine ${kind} mmu=${mmu}` in UNSUPPORTED))
    .map((mmu) => ({ kind, mmu })),
);

/** Every switch of a machine. */
export const SWITCHES: readonly Switch[] = [...KEYS.values()].flatMap(({ name, unusual }) =>
  unusual === undefined ? [] : [{ name, value: unusual }],
);

/** Words of a `machine` statement: its kind, and its keys in the order written. */
export interface MachineWords {
  readonly kind: MachineKind | null;
  readonly keys: ReadonlyMap<string, string>;
}

/** Reads words of a `machine` statement, without the verb. Anything can be in them; what is senseless is refused when the text is checked. */
export function parseMachineWords(words: string): MachineWords {
  const parts = words.split(' ').filter(Boolean);
  const kind = parts.find((part) => !part.includes('=')) as MachineKind | undefined;
  const keys = parts
    .filter((part) => part.includes('='))
    .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const);
  return { kind: kind ?? null, keys: new Map(keys) };
}

/** Words as they stand in a statement. */
export const printMachineWords = ({ kind, keys }: MachineWords): string =>
  [...(kind ? [kind] : []), ...[...keys].map(([name, value]) => `${name}=${value}`)].join(' ');

const statementWords = (statement: Statement): MachineWords => ({
  kind: machineKind(statement),
  keys: new Map(statement.words.filter(({ role }) => role === 'key').map(({ name, text }) => [name, text])),
});

/** Whether a key means something on a machine; without a hypervisor those of one do not. */
const belongs = (kind: MachineKind, name: string): boolean =>
  kind !== 'bare' || (name !== 'mmu' && KEYS.get(name)?.parameter !== true);

/** Words with a change made to them. Another hypervisor begins without the keys that were meant for the old one. */
export function changedWords(words: MachineWords, change: MachineWords): MachineWords {
  const kind = change.kind ?? words.kind ?? 'kvm';
  const isOther = kind !== words.kind;
  const kept = [...words.keys].filter(([name]) => !isOther || belongs('bare', name));
  const keys = new Map([...kept, ...change.keys].filter(([name]) => belongs(kind, name)));
  return { kind, keys };
}

const machineStatement = (text: string): Statement | undefined =>
  parse(text).statements.find(({ verb, host }) => verb === 'machine' && !host);

/** The words of a scenario's `machine` statement; null where it has none that can be read. */
export function machineWords(text: string): MachineWords | null {
  const statement = machineStatement(text);
  return statement ? statementWords(statement) : null;
}

/** The text with the words of its `machine` statement changed; comments and blanks stay. As it was, where it has no such statement. */
export function onMachine(text: string, change: string): string {
  const statement = machineStatement(text);
  if (!statement) return text;
  const { line, column, length } = statement.span;
  const lines = text.split('\n');
  const old = lines[line - 1] as string;
  const words = changedWords(statementWords(statement), parseMachineWords(change));
  lines[line - 1] =
    `${old.slice(0, column - 1)}machine ${printMachineWords(words)}${old.slice(column - 1 + length)}`;
  return lines.join('\n');
}

/** A text as far as its machine can run it: the scenario, and what is wrong with the steps that were left out. */
export interface Runnable {
  readonly text: string;
  readonly scenario: Scenario | null;
  readonly problems: readonly Problem[];
}

/** Lines of a text that are steps. */
const stepLines = (statements: readonly Statement[]): Set<number> =>
  new Set(
    statements
      .filter(({ verb, host }) => findStatement(verb, host)?.where !== 'setup')
      .map(({ span }) => span.line),
  );

/**
 * The text without the steps that its machine cannot do: they become comments, so that lines keep their numbers. Where something
 * else is wrong with it there is no scenario.
 */
export function withoutRefused(text: string): Runnable {
  const refused: Problem[] = [];
  for (let rest = text; ; ) {
    const { scenario, statements, problems } = load(rest);
    if (scenario) return { text: rest, scenario, problems: refused };
    const steps = stepLines(statements);
    if (!problems.every(({ span }) => steps.has(span.line)))
      return { text, scenario: null, problems: [...refused, ...problems] };
    refused.push(...problems);
    const lines = rest.split('\n');
    for (const { span } of problems) lines[span.line - 1] = `# ${lines[span.line - 1]}`;
    rest = lines.join('\n');
  }
}
