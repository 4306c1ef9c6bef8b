/** What a file or a pasted text is: a scenario, a link to a moment, or nothing that can be opened. */

/** Bytes of a file that is looked at, at most: no scenario needs more, nor would a link carry it. */
export const MOST_BYTES = 0x100000;

export type Readable =
  | { readonly kind: 'scenario'; readonly text: string }
  | { readonly kind: 'link'; readonly fragment: string };

/** A fragment that holds a moment, within an address or alone. */
const LINK = /^\S*#((?:p[1-9]|t=)\S*)$/;

/** The first statement of any scenario: comments and empty lines may stand before it. */
const FIRST_STATEMENT = /^(?:[ \t]*(?:#.*)?\n)*[ \t]*scenario[ \t]+\d/;

/** What a text is; null if it is neither. Line ends become line feeds, a byte-order mark goes. */
export function readText(text: string): Readable | null {
  const lines = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  if (FIRST_STATEMENT.test(lines)) return { kind: 'scenario', text: lines };
  const link = LINK.exec(lines.trim());
  return link ? { kind: 'link', fragment: `#${link[1]}` } : null;
}

/** The text of a file's bytes; null where they are no UTF-8 text. */
export function decodeFile(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}
