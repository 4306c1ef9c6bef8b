/** The scenario language for the editor: highlighting and completion, both from the table of statements. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { StreamLanguage, type StringStream } from '@codemirror/language';
import { ENTRY_BITS, type StatementSpec } from '#scenario/language/spec.ts';
import { findStatement, STATEMENTS, statementName } from '#scenario/statements.ts';
import type { Words } from '#ui/words/en.ts';

const VERBS = new Set(STATEMENTS.map((statement) => statement.verb));
const BITS = new Set(Object.keys(ENTRY_BITS));

interface State {
  /** Whether the statement's verb has been read. */
  verb: string;
}

function word(stream: StringStream, state: State): string | null {
  if (stream.match(/^[A-Za-z][A-Za-z0-9_-]*=/)) {
    return 'propertyName';
  }
  if (stream.match(/^(0x[0-9a-fA-F_]+|\d[\d_]*[KMGT]?)(?![A-Za-z0-9_])/)) return 'number';
  const match = stream.match(/^[A-Za-z][A-Za-z0-9_-]*/);
  if (!Array.isArray(match)) {
    stream.next();
    return null;
  }
  const text = match[0];
  if (state.verb === '' && (text === 'host' || /^cpu\d+$/.test(text))) return 'modifier';
  if (state.verb === '') {
    state.verb = text;
    return VERBS.has(text) ? 'keyword' : 'invalid';
  }
  return BITS.has(text) ? 'atom' : 'variableName';
}

export const scenarioLanguage = StreamLanguage.define<State>({
  name: 'scenario',
  startState: () => ({ verb: '' }),
  token: (stream, state) => {
    if (stream.sol()) state.verb = '';
    if (stream.eatSpace()) return null;
    if (stream.peek() === '#') {
      stream.skipToEnd();
      return 'comment';
    }
    if (state.verb === 'title') {
      stream.match(/^[^#]*/);
      return 'string';
    }
    return word(stream, state);
  },
  languageData: { commentTokens: { line: '#' } },
});

type StatementWords = Words['statements'];

function verbs(words: StatementWords, isHost: boolean, from: number): CompletionResult {
  const fitting = STATEMENTS.filter(
    (statement) => (statement.where === 'host') === isHost && !statement.needs,
  );
  const options = fitting.map((statement) => ({
    label: statement.verb,
    detail: statement.arguments.map((argument) => argument.name).join(' '),
    info: words.help(statementName(statement.verb, isHost)),
    type: 'keyword',
  }));
  const host = isHost ? [] : [{ label: 'host', detail: 'VERB …', info: words.host, type: 'keyword' }];
  return { from, options: [...options, ...host] };
}

/** Keys, flags and choices of a statement; only the choices of a key behind its `=`. */
function places(words: StatementWords, statement: StatementSpec, key: string | undefined): Completion[] {
  const name = statementName(statement.verb, statement.where === 'host');
  const choices = key
    ? (statement.keys.find((candidate) => candidate.name === key)?.choices ?? [])
    : statement.arguments.flatMap((argument) => argument.choices ?? []);
  const options = choices.map((choice) => ({ label: choice, type: 'enum' }));
  if (key) return options;
  const property = (place: string, label: string): Completion => ({
    label,
    info: words.place(name, place),
    type: 'property',
  });
  return [
    ...options,
    ...statement.keys.map((each) => property(each.name, `${each.name}=`)),
    ...statement.flags.map((each) => property(each.name, each.name)),
  ];
}

/** Completes what may stand at the cursor: verbs at a line's beginning, then the statement's keys, flags and choices. */
export const completion =
  (words: StatementWords) =>
  (context: CompletionContext): CompletionResult | null => {
    const line = context.state.doc.lineAt(context.pos);
    const text = line.text.slice(0, context.pos - line.from);
    const last = /[A-Za-z0-9_-]*$/.exec(text)?.[0] ?? '';
    const from = context.pos - last.length;
    if (text.includes('#') || (last === '' && !context.explicit)) return null;
    const [, prefix = '', verb = ''] = /^\s*(host\s+|cpu\d+\s+)?([a-z0-9-]+)\s/.exec(text) ?? [];
    if (/^\s*(cpu\d+\s+)?[A-Za-z0-9-]*$/.test(text)) return verbs(words, false, from);
    if (/^\s*host\s+[A-Za-z0-9-]*$/.test(text)) return verbs(words, true, from);
    const statement = findStatement(verb, prefix.startsWith('host'));
    if (!statement) return null;
    const key = /([A-Za-z][\w-]*)=[\w-]*$/.exec(text)?.[1];
    return { from, options: places(words, statement, key) };
  };
