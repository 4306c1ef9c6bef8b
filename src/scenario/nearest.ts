/** Did you mean …? The nearest word of a list, by the number of slips of the finger between them. */

/** Words longer than this are not typing mistakes of a short one; it also bounds the work. */
const LONGEST = 40;

/** Slips between two words: letters added, left out, changed, or two neighbours swapped (restricted edit distance). */
function slips(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(changed, previous[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, older[j - 2]! + 1);
      row.push(best);
    }
    older = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/**
 * The candidate that `word` most likely stands for: at most two slips away, and fewer slips than half its letters.
 * Null if there is none.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > LONGEST) return null;
  let best: string | null = null;
  let fewest = 3;
  for (const candidate of candidates) {
    const distance = slips(word.toLowerCase(), candidate.toLowerCase());
    if (distance < fewest && distance * 2 < candidate.length + 1) {
      best = candidate;
      fewest = distance;
    }
  }
  return best;
}
