/** Facts about steps, and about leaving and entering the guest. */
import { EVENT, OUTCOME } from '#machine/events.ts';
import { outcomeText } from '#trace/print.ts';
import { faultCode } from '#ui/fault-code.ts';
import { code, type Value } from '#ui/words/text.ts';
import { misconfiguredEntry, nestedExit } from './nested-exit.ts';
import { exitKind } from './nested-fault-reason.ts';
import { before, guestPhysical, linear, number64, type Source, word } from './source.ts';

export function stepFacts(source: Source) {
  const statement = source.reader.text(word(source, 1));
  return {
    number: word(source, 0),
    /** Who does it; null: the host. */
    cpu: statement.startsWith('host') ? null : (source.reader.cpu(source.index) ?? 0),
    statement: code(statement),
  };
}

/** What a step came to. */
export type OutcomeReason =
  | { readonly why: 'ok' | 'not-run' | 'shutdown' }
  | {
      readonly why: 'value' | 'exception' | 'dirty' | 'run-error' | 'error' | 'internal';
      readonly value: Value;
    }
  | { readonly why: 'young'; readonly isYoung: boolean };

export function outcomeFacts(source: Source): OutcomeReason {
  const text = code(source.reader.text(word(source, 5)));
  switch (word(source, 0)) {
    case OUTCOME.ok:
      return { why: 'ok' };
    case OUTCOME.value:
      return { why: 'value', value: number64(source, 1) };
    case OUTCOME.exception:
      return { why: 'exception', value: code(outcomeText(source.reader, source.index)) };
    case OUTCOME.dirty:
      return { why: 'dirty', value: text };
    case OUTCOME.young:
      return { why: 'young', isYoung: word(source, 2) !== 0 };
    case OUTCOME.runError:
      return { why: 'run-error', value: text };
    case OUTCOME.error:
      return { why: 'error', value: text };
    case OUTCOME.internal:
      return { why: 'internal', value: code(`${word(source, 2)}`) };
    case OUTCOME.shutdown:
      return { why: 'shutdown' };
    default:
      return { why: 'not-run' };
  }
}

export function exitFacts(source: Source) {
  const reason = source.reader.text(word(source, 0));
  const told = faultCode(source.reader, source.index);
  const notes = source.atlas.nested?.notes(source.reader.cpu(source.index) ?? 0) ?? [];
  return {
    reason: code(reason),
    kind: exitKind(reason),
    nested: told && nestedExit(told),
    misconfigured: misconfiguredEntry(source),
    /** Pages that the processor has noted as written since the last exit. */
    noted: notes.length,
    gva: linear(source, 1),
    gpa: guestPhysical(source, 1),
  };
}

/** `isAgain`: the guest was left before, within the step. */
export const entryFacts = (source: Source) => ({ isAgain: before(source, EVENT.exit) >= 0 });
