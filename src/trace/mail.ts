/**
 * Some events as plain text for a mail: a heading, the events in the words of the trace, and a link to them. Lines have at most
 * 72 columns, so that a reply can quote them; only the link, which must stay whole, may be longer.
 */
import { EVENT } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import type { Names } from './names.ts';
import { eventLine } from './print.ts';

const COLUMNS = 72;

/** East Asian wide and full-width characters, which take two columns, as emoji beyond the basic plane do. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

const columnsOf = (text: string): number => {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) || character.length > 1 ? 2 : 1;
  return columns;
};

/** As much of a word as fits, and the rest of it. */
function cut(word: string, room: number): readonly [string, string] {
  let end = 0;
  let columns = 0;
  for (const character of word) {
    columns += columnsOf(character);
    if (columns > room && end > 0) break;
    end += character.length;
  }
  return [word.slice(0, end), word.slice(end)];
}

/**
 * Wraps a line between words; one that is longer than a line is cut.
 * @param first what the first line begins with
 * @param next what the others begin with
 */
export function wrapped(text: string, first = '', next = first): string[] {
  const lines: string[] = [];
  let line = first;
  let isBegun = false;
  const words = text.split(/\s+/).filter(Boolean);
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const joint = isBegun ? ' ' : '';
    if (columnsOf(line + joint + word) <= COLUMNS) {
      line += joint + word;
      isBegun = true;
    } else if (isBegun) {
      lines.push(line);
      line = next;
      isBegun = false;
      words.unshift(word);
    } else {
      const [head, rest] = cut(word, COLUMNS - columnsOf(line));
      lines.push(line + head);
      line = next;
      words.unshift(...(rest ? [rest] : []));
    }
  }
  return isBegun || lines.length === 0 ? [...lines, line] : lines;
}

export interface MailEvent {
  readonly index: number;
  /** The number that it is called by; null for a call. */
  readonly number: number | null;
}

function eventLines(reader: LogReader, names: Names, { index, number }: MailEvent, width: number): string[] {
  const kind = reader.kind(index);
  const line = eventLine(reader, names, index);
  if (kind === EVENT.step) return ['', ...wrapped(line)];
  const label = `${String(number ?? '').padStart(width)}  `;
  return wrapped(line, label, ' '.repeat(width + 6));
}

/**
 * The text. Ends in a line feed.
 * @param heading paragraphs above the events
 * @param link below them, on a line of its own
 */
export function mailText(
  reader: LogReader,
  names: Names,
  events: readonly MailEvent[],
  { heading, link }: { readonly heading: readonly string[]; readonly link: string },
): string {
  const width = String(events.at(-1)?.number ?? 0).length + 2;
  const begun = reader.stepOf(events[0]?.index ?? 0);
  const isAmidStep = begun >= 0 && events[0] !== undefined && reader.kind(events[0].index) !== EVENT.step;
  const step = isAmidStep ? ['', ...wrapped(eventLine(reader, names, reader.stepStart(begun)))] : [];
  const lines = [
    ...heading.flatMap((paragraph) => wrapped(paragraph)),
    ...step,
    ...events.flatMap((event) => eventLines(reader, names, event, width)),
    '',
    link,
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}
