/**
 * A log as JSON, for programs: all events, one a line, in the words of the event table.
 *
 *     {"format": "penumbra-log", "version": 1, "title": …, "events": [
 *     {"number": 8, "step": 1, "cpu": 0, "family": "flow", "event": "vm_exit", "fields": {…}},
 *     …
 *     ]}
 *
 * `number` is the one that the page shows, null for a call or a return; `cpu` is null for the host; `step` is 0 before the first. Of the
 * fields, counts and flags are numbers and booleans, all else is text as in a trace.
 */
import type { FieldType } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import type { Names } from './names.ts';
import { eventFields } from './print.ts';

const BOOLEANS: ReadonlySet<FieldType> = new Set(['bool', 'not']);
const NUMBERS: ReadonlySet<FieldType> = new Set(['int', 'gpte']);

function fieldValue(type: FieldType, text: string): string | number | boolean {
  if (BOOLEANS.has(type)) return text === '1';
  return NUMBERS.has(type) ? Number(text) : text;
}

function eventObject(reader: LogReader, names: Names, index: number, number: number | null): object {
  const { family, name } = reader.spec(index);
  const fields = eventFields(reader, names, index).map(({ name: key, spec, value }) => [
    key,
    fieldValue(spec.type, value),
  ]);
  return {
    number,
    step: reader.stepOf(index) + 1,
    cpu: reader.cpu(index),
    family,
    event: name,
    fields: Object.fromEntries(fields),
  };
}

/** A log as JSON text. Ends in a line feed. */
export function jsonText(reader: LogReader, names: Names, title: string): string {
  const lines: string[] = [];
  let number = 0;
  for (let index = 0; index < reader.length; index++) {
    const isCall = reader.spec(index).family === 'call';
    if (!isCall) number++;
    lines.push(JSON.stringify(eventObject(reader, names, index, isCall ? null : number)));
  }
  const head = JSON.stringify({ format: 'penumbra-log', version: 1, title });
  return `${head.slice(0, -1)},"events":[\n${lines.join(',\n')}\n]}\n`;
}
