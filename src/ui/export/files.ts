/** Files that leave the page. */

/** A file's name from a title and what it is of: letters and digits of any script, joined by hyphens. */
export function fileName(title: string, part: string, suffix: string): string {
  const words = `${title} ${part}`.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return `${words.join('-').slice(0, 80).replace(/-$/, '') || 'penumbra'}.${suffix}`;
}

/** The longest that a browser takes to begin loading what it was given an address of, in milliseconds. */
const LOADING = 10_000;

/** Gives up the address of a blob, when nothing that was given it can still be about to load it. */
export function release(address: string): void {
  setTimeout(() => URL.revokeObjectURL(address), LOADING);
}

/** Hands a file to the browser's downloads. */
export function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  release(link.href);
}

export const textFile = (text: string, type = 'text/plain'): Blob =>
  new Blob([text], { type: `${type};charset=utf-8` });
