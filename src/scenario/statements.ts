/**
 * The scenario language, version 1, as one table: every statement, its words, keys and flags, what each may be, and a
 * sentence for people. The parser, the printer's tests, the editor's completion and the documentation are made from it.
 * It does not say what a statement does to a machine, nor which are not runnable yet (unsupported.ts).
 */
import { GUEST_STEPS } from '#scenario/language/guest-steps.ts';
import { HOST_STEPS } from '#scenario/language/host-steps.ts';
import { SETUP } from '#scenario/language/setup.ts';
import type { StatementSpec } from '#scenario/language/spec.ts';

/** All statements: those before the first step, then the guest's steps, then the host's. */
export const STATEMENTS: readonly StatementSpec[] = [...SETUP, ...GUEST_STEPS, ...HOST_STEPS];

const BY_NAME: ReadonlyMap<string, StatementSpec> = new Map(
  STATEMENTS.map((spec) => [statementName(spec.verb, spec.where === 'host'), spec]),
);

/** A statement's verb as people write it: `host slot` for a host step, `slot` for the other. */
export function statementName(verb: string, host: boolean): string {
  return host ? `host ${verb}` : verb;
}

/** The row of a statement, or undefined if the language has none of that name. */
export function findStatement(verb: string, host: boolean): StatementSpec | undefined {
  return BY_NAME.get(statementName(verb, host));
}
