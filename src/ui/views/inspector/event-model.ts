/** What the inspector says of an event: its fields, and its error code bit by bit. */
import { EVENT, type FieldType } from '#machine/events.ts';
import { eventFields, outcomeText } from '#trace/print.ts';
import { FIELD_SPACE } from '#ui/design/space.ts';
import { type CodeBit, codeBits, faultCode } from '#ui/fault-code.ts';
import { fieldPlace } from '#ui/field-place.ts';
import type { Run } from '#ui/moment.ts';
import type { Words } from '#ui/words/en.ts';
import { type Fact, fact } from './facts.ts';

export interface EventModel {
  readonly name: string;
  readonly fields: readonly Fact[];
  /** What the processor says of a fault, where the event tells it. */
  readonly code: { readonly title: string; readonly bits: readonly CodeBit[] } | null;
}

/** Whether a field's value is one of the engine's own words, not a name or what somebody wrote. */
const isNote = ({ notes }: Words, type: FieldType, value: string): value is keyof Words['notes'] =>
  (type === 'text' || type === 'walker') && Object.hasOwn(notes, value);

/** An event's fields; of an outcome what it says as a whole, for most of its fields mean something for one kind of it only. */
function eventFacts(words: Words, run: Run, index: number): Fact[] {
  const { reader, names } = run;
  if (reader.kind(index) === EVENT.outcome)
    return [fact(words.inspector.outcome, outcomeText(reader, index))];
  return eventFields(reader, names, index).map(({ name, value, spec }) =>
    fact(
      name,
      isNote(words, spec.type, value) ? words.notes[value] : value,
      FIELD_SPACE[spec.type] ?? 'none',
      fieldPlace(run, index, spec),
    ),
  );
}

export function eventModel(words: Words, run: Run, index: number): EventModel {
  const { reader } = run;
  const code = faultCode(reader, index);
  return {
    name: reader.spec(index).name,
    fields: eventFacts(words, run, index),
    code: code && { title: words.inspector.codes[code.format], bits: codeBits(words, code) },
  };
}
