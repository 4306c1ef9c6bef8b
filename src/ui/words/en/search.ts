/** The search over events: its box, and what is said of a filter that cannot be read. */
import type { FieldType } from '#machine/events.ts';
import type { FilterReason } from '#trace/filter/problem.ts';
import { code, listed, type Sayings, say, type Text } from '#ui/words/text.ts';

/** How values of a field's type are written. */
const FORMS: Partial<Record<FieldType, string>> = {
  bool: '0 or 1',
  not: '0 or 1',
  gpte: '4 or 8',
  acc: 'rights such as wux or w--',
  rwxu: 'rights such as rwxu or r-x-',
  letters: 'letters such as P|W, or a number',
  pferr: 'letters such as P|W, or a number',
  vector: '#PF or a number',
  code: 'none or a number',
  pfn: 'a host frame such as h1',
  spte: 'h1, h1|0xe67 or a number',
  either: 'h1, h1|0xe67 or a number',
  table: 'a table such as t3',
  at: 't3+0x80 or t3[010]',
  from: 'an address, t3+0x80 or t3[010]',
};

const form = (type: FieldType): string => FORMS[type] ?? 'a number such as 16 or 0x10';

const THINGS: Readonly<Record<string, string>> = {
  entry: 't3[010] or 103[010], the index in hexadecimal',
  table: 't3, or a guest frame such as 103',
  frame: 'a guest frame such as 0x103, or a host frame such as h1',
  gva: 'an address such as 0x10000, or 0x10000..0x10fff',
  gpa: 'an address such as 0x10000, or 0x10000..0x10fff',
  reg: 'a register such as cr3 or hardware-cr3',
  writes: 'an entry, a table, a frame or a register: t3[010], t3, h1, 0x103, cr3',
  reads: 'an entry, a table or a frame: t3[010], t3, 0x103',
};

const codes = (words: readonly string[]): Text => listed(words.map((word) => code(word)));
const meant = (near: readonly string[]): Text =>
  near.length === 0 ? [] : say` Did you mean ${codes(near)}?`;

const problems: Sayings<FilterReason> = {
  'too-long': () => say`A filter has at most 1000 characters.`,
  'too-deep': () => say`These are too many brackets.`,
  'open-quote': () => say`Expected another ${code('"')}: the text does not end.`,
  'open-bracket': () => say`Expected ${code(')')}: this bracket is not closed.`,
  'close-bracket': () => say`There is no ${code('(')} before this ${code(')')}.`,
  'term-missing': () => say`Expected a term here, such as ${code('kind:fault')} or ${code('gfn=0x10')}.`,
  'no-such-key': ({ key, known }) => say`There is no ${code(`${key}:`)}. Expected one of ${codes(known)}.`,
  'value-missing': ({ before }) => say`Expected a value after ${code(before)}.`,
  'no-such-kind': ({ name, near }) => say`No kind of event is called ${code(name)}.${meant(near)}`,
  'no-such-field': ({ name, near }) => say`No event has a field ${code(name)}.${meant(near)}`,
  'one-of': ({ key, known }) => say`After ${code(`${key}:`)} expected one of ${codes(known)}.`,
  range: ({ key }) =>
    say`After ${code(`${key}:`)} expected a number, or two as in ${code('3..5')}, the smaller first.`,
  cpu: () => say`After ${code('cpu:')} expected a number, or ${code('host')}.`,
  thing: ({ key }) => say`After ${code(`${key}:`)} expected ${THINGS[key] ?? 'a name'}.`,
  'not-ordered': ({ field, operator }) =>
    say`${code(field)} is no number: use ${code('=')} or ${code('!=')} instead of ${code(operator)}.`,
  'no-such-bit': ({ field, bit }) =>
    say`${code(field)} has no bit ${code(bit)}. Bits have names (${code('w')}) or numbers.`,
  'bit-value': () => say`A bit is ${code('0')} or ${code('1')}.`,
  'field-value': ({ field, types }) =>
    say`For ${code(field)} expected ${[...new Set(types.map(form))].join('; ')}.`,
};

export const search = {
  label: 'Search events',
  placeholder: 'Search events',
  found: (count: number, isDone: boolean) =>
    `${count}${isDone ? '' : '…'} ${count === 1 ? 'event' : 'events'}`,
  foundAt: (rank: number, count: number) => `${rank} of ${count}`,
  next: 'Next event found',
  previous: 'Previous event found',
  help: 'How filters are written',
  problems,
  sheet: {
    title: 'Searching events',
    intro: 'Terms beside each other must all hold; or joins, - excludes, brackets group.',
    meanings: {
      kind: 'a kind of event',
      field: 'a field’s value, as the list prints it',
      number: 'a number compared',
      bit: 'a bit of it',
      thing: 'names, reads or changes an entry; also table: frame: reg: gva: gpa:, and writes: reads:',
      function: 'inside a function',
      counted: 'in some steps; also event: cpu:',
      group: 'faults; also is:exit, is:change, family:walk',
      text: 'a text in the line',
    },
  },
};
