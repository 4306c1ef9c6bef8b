/** Short texts that come out of a link: what a stranger wrote, on one line, without characters that only do harm. */

/** Control characters, and those that turn the direction of the text around them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in a text
const UNWANTED = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text as it is kept. @param most so many characters of it */
export function cleanText(text: string, most: number): string {
  const letters = [...text.replace(/\s/g, ' ').replace(UNWANTED, '').replace(/ +/g, ' ')];
  return letters.slice(0, most).join('');
}
