/** What the statements of the language do, and what stands in their places: from the language's own table. */
import type { StatementSpec } from '#scenario/language/spec.ts';
import { STATEMENTS, statementName } from '#scenario/statements.ts';

const rowOf = (statement: string): StatementSpec | undefined =>
  STATEMENTS.find(({ verb, where }) => statementName(verb, where === 'host') === statement);

export const statements = {
  /** By the name as written: `host slot`. */
  help: (statement: string): string => rowOf(statement)?.help ?? '',
  /** An argument, a key or a flag of a statement. */
  place: (statement: string, place: string): string => {
    const row = rowOf(statement);
    const places = row ? [...row.arguments, ...row.keys, ...row.flags] : [];
    return places.find(({ name }) => name === place)?.help ?? '';
  },
  host: 'a step of the host',
};
