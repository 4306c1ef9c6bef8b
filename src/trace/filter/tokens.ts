/** A filter's words and brackets, with where they are in its text. */
import { Refusal } from './problem.ts';

export interface Token {
  /** A word in quotes is never `or`, `and`, a key or a field. */
  readonly is: 'word' | 'quoted' | '(' | ')' | '-';
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** A word ends at a blank, or at a bracket, that is in no quotes. */
function readWord(text: string, from: number): Token {
  let word = '';
  let isQuoted = false;
  let at = from;
  while (at < text.length && !/[\s()]/.test(text[at] as string)) {
    if (text[at] !== '"') {
      word += text[at++];
      continue;
    }
    const end = text.indexOf('"', at + 1);
    if (end < 0) throw new Refusal({ why: 'open-quote', from: at, to: text.length });
    isQuoted ||= at === from;
    word += text.slice(at + 1, end);
    at = end + 1;
  }
  return { is: isQuoted ? 'quoted' : 'word', text: word, from, to: at };
}

/** A filter's text in pieces. @throws Refusal where quotes are not closed */
export function tokens(text: string): Token[] {
  const list: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const letter = text[at] as string;
    if (/\s/.test(letter)) at++;
    else if (letter === '(' || letter === ')') {
      list.push({ is: letter, text: letter, from: at, to: ++at });
    } else if (letter === '-' && /[^\s-]/.test(text[at + 1] ?? ' ')) {
      list.push({ is: '-', text: letter, from: at, to: ++at });
    } else {
      const word = readWord(text, at);
      list.push(word);
      at = word.to;
    }
  }
  return list;
}
