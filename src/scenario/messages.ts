/**
 * Everything that the language, a run and a link have to say to people: each message by its name, in English, as a function
 * of what was found. What is handed on is a `Told`: name and arguments as plain data, so that another language can say the
 * same, with the English text beside them for those who need no other.
 */

import type { WordKind } from '#scenario/language/spec.ts';
import type { Problem, Span } from './scenario.ts';

/** A limit of a run that was passed. */
export interface Exceeded {
  readonly what: 'steps' | 'events' | 'memory';
  readonly limit: number;
  readonly needed: number;
}

/** What a value does not fit in; most of them are measured in bits or bytes. */
export type Room = 'address' | 'cr3' | 'entry' | 'entry-address' | 'physical-address' | 'width';

/** What has to be built before something can be run. */
export type Missing = 'nested paging' | 'Xen';

const or = (near: string | null): string => (near === null ? '' : `; did you mean '${near}'?`);

const oneOf = (choices: readonly string[]): string =>
  choices.length === 1 ? (choices[0] as string) : `one of ${choices.join(', ')}`;

/** What to write in a place. */
function expected(kind: WordKind, choices: readonly string[]): string {
  switch (kind) {
    case 'number':
      return 'a number such as 4096, 0x1000 or 4K';
    case 'value':
      return 'a value such as 0x1000, root+8 or 0x5000|p|w';
    case 'name':
      return 'a name: a letter, then letters, digits, - and _';
    case 'choice':
      return oneOf(choices);
    default:
      return 'a word of letters, digits, - and _';
  }
}

const ROOMS: Readonly<Record<Room, (size: number) => string>> = {
  address: () => 'is no 32-bit address',
  cr3: () => 'does not fit in CR3',
  entry: (bytes) => `does not fit in an entry of ${bytes} bytes`,
  'entry-address': (bits) => `does not fit in the ${bits} address bits of an entry`,
  'physical-address': (bits) => `has more than the ${bits} bits of a physical address here`,
  width: (bytes) => `does not fit in ${bytes} ${bytes === 1 ? 'byte' : 'bytes'} (width=${bytes})`,
};

const exceeded = ({ what, limit, needed }: Exceeded): string =>
  `the run needs at least ${needed} ${what === 'memory' ? 'MiB of memory' : what}, ${needed - limit} more than the ${limit} that it may use`;

/** Words and names come shortened where somebody typed them; `near` is what may have been meant. */
export const MESSAGES = {
  // A line by itself (parse.ts, expression.ts).
  'word-expected': (
    place: string,
    kind: WordKind,
    choices: readonly string[],
    found: string,
    near: string | null,
  ) =>
    `${place}: expected ${expected(kind, choices)}, found ${found === '' ? 'nothing' : `'${found}'`}${or(near)}`,
  'bit-as-name': (name: string) => `'${name}' is a page-table bit and cannot be a name`,
  'no-such-key': (statement: string, key: string, known: readonly string[], near: string | null) =>
    `'${statement}' has no key '${key}'${known.length > 0 ? ` (it has ${known.join(', ')})` : ''}${or(near)}`,
  'no-such-word': (statement: string, word: string, known: readonly string[], near: string | null) =>
    `'${statement}' takes no word '${word}' here${known.length > 0 ? `: expected ${known.join(', ')} or the end of the line` : ''}${or(near)}`,
  'word-twice': (word: string) => `'${word}' stands twice`,
  /** `choices` is empty where the place is no choice; `help` is the table's text. */
  'argument-missing': (statement: string, place: string, choices: readonly string[], help: string) =>
    `'${statement}' needs ${place}: ${choices.length > 0 ? oneOf(choices) : help}`,
  'key-missing': (statement: string, key: string, help: string) => `'${statement}' needs ${key}=: ${help}`,
  'not-that-statement': (written: string, right: string) =>
    `'${written}' is no statement; did you mean '${right}'?`,
  'no-such-statement': (isHost: boolean, word: string, near: string | null) =>
    `unknown ${isHost ? 'host step' : 'statement'} '${word}'${or(near)}`,
  'step-missing': (isHost: boolean, before: string) =>
    `expected ${isHost ? 'a host step' : "a guest's step"} after '${before}'`,
  'no-guest-step': (verb: string, cpu: string) => `'${verb}' is no guest's step and takes no '${cpu}'`,
  'text-too-long': (most: number, length: number) =>
    `a scenario has at most ${most} characters, this one ${length}`,
  'too-many-statements': (most: number) => `a scenario has at most ${most} statements`,
  'value-missing': (operator: '+' | '|' | null) =>
    `expected a number, a name or a bit${operator === null ? '' : ` after '${operator}'`}`,
  'no-value': (found: string) => `expected a number, a name or a bit, found '${found}'`,
  'number-too-large': (number: string) => `'${number}' does not fit in 64 bits`,
  'sum-too-large': () => 'the sum does not fit in 64 bits',
  'no-such-name': (name: string, near: string | null) =>
    `no name '${name}' was made above by 'let' or 'space'${or(near)}`,

  // The statements together (check.ts and the files beside it).
  'version-missing': () => "expected 'scenario 1' as the first statement",
  'wrong-version': (version: number, found: number) =>
    `expected version ${version} of the language, found ${found}`,
  'machine-missing': () => "expected a 'machine' statement before the first step",
  'statement-twice': (verb: string, line: number) => `'${verb}' stands twice (line ${line})`,
  'statement-late': (verb: string, line: number) => `'${verb}' belongs before the first step (line ${line})`,
  unsupported: (what: string, missing: Missing) => `'${what}' is not supported yet (${missing})`,
  'needs-xen': (word: string) => `'${word}' needs 'machine xen'`,
  'needs-hypervisor': (statement: string) => `'${statement}' needs a hypervisor: the machine is bare`,
  'not-on-bare': (key: string) => `a bare machine has no '${key}='`,
  'wrong-mmu': (choices: readonly string[], machine: string, found: string) =>
    `mmu: expected one of ${choices.join(', ')} for ${machine}, found '${found}'`,
  'does-not-fit': (value: string, room: Room, size: number) => `${value} ${ROOMS[room](size)}`,
  'out-of-range': (place: string, least: number, most: number, found: string) =>
    `${place}: expected ${least} to ${most}, found ${found}`,
  'no-power-of-two': (place: string, found: number) => `${place}: expected a power of two, found ${found}`,
  'too-many-ways': (ways: number, entries: number) =>
    `tlb-ways: a TLB of ${entries} entries has no sets of ${ways}`,
  'pcid-mode': (paging: string) => `pcide: expected paging=4 or paging=5, found paging=${paging}`,
  'invpcid-address-missing': () => "'invpcid address' needs the address: guest virtual address",
  'invpcid-unused': (type: string, word: string) => `'invpcid ${type}' takes no '${word}'`,
  'no-page': (place: string) => `${place}: expected at least one page, 4K`,
  'size-too-large': (size: string, bits: number) => `${size} is more than ${bits} address bits reach`,
  'not-aligned': (place: string, value: string, size: string) =>
    `${place}: ${value} is not a multiple of ${size}`,
  'not-canonical': (place: string, value: string, bits: number) =>
    `${place}: ${value} is not canonical (${bits}-bit addresses)`,
  'name-taken': (name: string, line: number) => `'${name}' is a name already (line ${line})`,
  /** `line`: where a value got that name; null where nothing did. */
  'no-space': (name: string, line: number | null) =>
    `'${name}' ${line === null ? 'is no space' : `is a value (line ${line}), not a space`}: expected one that 'space' made above`,
  'wrong-page-size': (choices: readonly string[], paging: string, found: string) =>
    `size: expected ${choices.join(' or ')} with paging=${paging}, found '${found}'`,
  'too-many-slots': (most: number) => `a scenario has at most ${most} slots`,
  'too-much-memory': (gib: number) => `the slots hold more than ${gib} GiB together`,
  'slot-end': (end: string, bits: number) => `the slot ends at ${end}, beyond ${bits} address bits`,
  'slot-twice': (id: number) => `there is a slot ${id} already`,
  'slot-gigantic': () => 'a slot of 1 GiB host pages begins and ends at a multiple of 1G',
  'slot-overlap': (id: number, first: string, last: string) =>
    `the slot overlaps slot ${id} (${first} to ${last})`,
  'slot-address-missing': () => "'host slot' needs gpa=, the slot's address, or 'delete'",
  'slot-size-missing': (id: number) => `there is no slot ${id} whose size could be kept: expected size=`,
  'delete-alone': (word: string) => `'delete' stands alone: '${word}' does not fit`,
  'wide-access': () => 'width: 8 bytes need a 64-bit guest; expected 1, 2 or 4 here',
  'bit-missing': (verb: string, example: string) => `'${verb}' needs a bit to change, such as ${example}`,
  'no-such-cpu': (cpu: number, vcpus: number) =>
    `there is no cpu${cpu}: the machine has ${vcpus === 1 ? 'one vCPU, cpu0' : `${vcpus} vCPUs, cpu0 to cpu${vcpus - 1}`}`,

  // Setting up guest memory (check-memory.ts, setup.ts).
  /** `place` is empty where no single word of the statement is meant. */
  'in-no-slot': (place: string, gpa: string) => `${place === '' ? '' : `${place}: `}${gpa} lies in no slot`,
  'pool-in-no-slot': (gpa: string) => `the pool reaches ${gpa}, which lies in no slot`,
  'pool-taken': (gpa: string) => `the pool reaches ${gpa}, which another space has taken`,
  'table-in-no-slot': (gpa: string) => `an entry on the way points to ${gpa}, which lies in no slot`,

  // Running (run.ts). A string is what the script engine said.
  'cannot-start': (reason: Exceeded | string) => (typeof reason === 'string' ? reason : exceeded(reason)),
  stopped: (step: number, steps: number, reason: Exceeded | string) =>
    `Stopped in step ${step} of ${steps}: ${typeof reason === 'string' ? reason : exceeded(reason)}.`,

  // Opening a link (link.ts).
  'link-foreign': () =>
    'This is not a link to a moment: it begins neither with #p and a version nor with #t=.',
  'link-broken': () => 'The link is broken: some of its characters were changed or lost.',
  'link-truncated': () => 'The link is cut short: its end is missing.',
  'link-long': (most: number) => `The link is too long: it has more than ${most} characters.`,
  'link-large': (most: number) => `The link unpacks to more than ${most} bytes, which no scenario needs.`,
  'link-newer': () => 'The link was made by a newer version of Penumbra, and this one cannot read it.',
};

type Messages = typeof MESSAGES;
export type MessageId = keyof Messages;

/** The same messages in some language. One that is missing does not compile. */
export type MessageTexts = { readonly [Id in MessageId]: (...args: Parameters<Messages[Id]>) => string };

/** A message as plain data. */
export interface Told<Id extends MessageId = MessageId> {
  readonly id: Id;
  readonly args: Readonly<Parameters<Messages[Id]>>;
  /** In English. */
  readonly message: string;
}

/** What is said in a language. */
export function textOf<Id extends MessageId>(texts: MessageTexts, { id, args }: Told<Id>): string {
  // Which arguments go with which message is more than the compiler can follow; `told` has seen to it.
  const text = texts[id] as (...args: readonly unknown[]) => string;
  return text(...args);
}

/** A message about something. */
export function told<Id extends MessageId>(id: Id, ...args: Parameters<Messages[Id]>): Told<Id> {
  return { id, args, message: textOf(MESSAGES, { id, args, message: '' }) };
}

/** One fault of a scenario, at its place. */
export function problem<Id extends MessageId>(
  span: Span,
  id: Id,
  ...args: Parameters<MessageTexts[Id]>
): Problem {
  return { span, ...told<MessageId>(id, ...args) };
}
