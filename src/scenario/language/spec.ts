/** What the table of the scenario language says of a statement, and the names of page-table bits. */

/**
 * What may stand in a place:
 * number (4096, 0x1000, 4K) · value (numbers, names and entry bits joined by + or |) · name (a new name, or a space's) ·
 * choice (one of `choices`) · word (letters, digits, - and _) · operand (a value, a word or a comma: hypercalls) ·
 * text (the rest of the line).
 */
export type WordKind = 'number' | 'value' | 'name' | 'choice' | 'word' | 'operand' | 'text';

/** A word in its place. */
export interface ArgumentSpec {
  readonly name: string;
  readonly kind: WordKind;
  readonly choices?: readonly string[];
  readonly optional?: true;
  /** One or more words; the last argument only. */
  readonly repeated?: true;
  readonly help: string;
}

/** A `name=…` word. */
export interface KeySpec {
  readonly name: string;
  readonly kind: WordKind;
  readonly choices?: readonly string[];
  readonly required?: true;
  /** What holds without it, for people; check.ts applies it. */
  readonly default?: string;
  /** Handed on as written: a kernel module's parameter, a key of Xen's command line, or a what-if key. */
  readonly parameter?: true;
  /** Of a switch: the value that makes the machine another one than it is by default. */
  readonly unusual?: string;
  readonly needs?: 'xen';
  readonly help: string;
}

/** A word that is there or not. */
export interface FlagSpec {
  readonly name: string;
  readonly needs?: 'xen';
  readonly help: string;
}

export interface StatementSpec {
  readonly verb: string;
  /** Before the first step; a guest's step; a step of the host, written `host VERB`. */
  readonly where: 'setup' | 'guest' | 'host';
  /** At most one in a scenario. */
  readonly once?: true;
  /** Only on a machine of this kind. */
  readonly needs?: 'xen';
  readonly arguments: readonly ArgumentSpec[];
  readonly keys: readonly KeySpec[];
  readonly flags: readonly FlagSpec[];
  readonly help: string;
}

/** Page-table bits by name: values (bit 63 is `nx`). */
export const ENTRY_BITS: Readonly<Record<string, bigint>> = {
  p: 1n << 0n,
  w: 1n << 1n,
  u: 1n << 2n,
  pwt: 1n << 3n,
  pcd: 1n << 4n,
  a: 1n << 5n,
  d: 1n << 6n,
  ps: 1n << 7n,
  g: 1n << 8n,
  nx: 1n << 63n,
};
