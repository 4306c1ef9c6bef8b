/** Short lists that the browser keeps for a person. Where it keeps nothing they are empty, and nothing else fails. */

/** The entries of a list, those that are what they should be. */
export function keptList<T>(key: string, isEntry: (value: unknown) => value is T): T[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isEntry) : [];
  } catch {
    return [];
  }
}

/** Keeps a list; as much of its beginning as there is room for. False where nothing could be kept. */
export function keepList<T>(key: string, entries: readonly T[]): boolean {
  for (let count = entries.length; count > 0; count--) {
    try {
      localStorage.setItem(key, JSON.stringify(entries.slice(0, count)));
      return true;
    } catch {
      // Full, or forbidden: perhaps fewer fit.
    }
  }
  return entries.length === 0;
}
