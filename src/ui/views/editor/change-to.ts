/** The change that makes one text of another, as an editor takes it. */
import type { TransactionSpec } from '@codemirror/state';

/** How many characters two texts have in common at their ends, behind `start`. */
function commonEnd(a: string, b: string, start: number): number {
  const most = Math.min(a.length, b.length) - start;
  let end = 0;
  while (end < most && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return end;
}

/**
 * The one stretch in which two texts differ; of whole lines, from the end of the line before. So the caret, where it is wanted, stands
 * behind what was put in, however much that is like its neighbours.
 */
export function changeTo(from: string, to: string, movesCaret: boolean): TransactionSpec {
  let start = 0;
  while (start < from.length && from[start] === to[start]) start++;
  let end = commonEnd(from, to, start);
  const hasLines = [from, to].some((text) => text.slice(start, text.length - end).includes('\n'));
  if (hasLines) {
    start = Math.max(0, to.lastIndexOf('\n', start - 1));
    end = commonEnd(from, to, start);
  }
  const insert = to.slice(start, to.length - end);
  return {
    changes: { from: start, to: from.length - end, insert },
    ...(movesCaret ? { selection: { anchor: start + insert.length }, scrollIntoView: true } : {}),
  };
}
