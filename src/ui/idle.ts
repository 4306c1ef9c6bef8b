/** The longest that work waits for a moment of rest, in milliseconds; and the wait where a browser cannot tell. */
const LONGEST = 1500;
const GUESS = 200;

/** Does something as soon as the page shows what it shows next. Returns what calls it off. */
export function afterNextPaint(work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const frame = requestAnimationFrame(() => {
    timer = setTimeout(work);
  });
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

/** Does something when the page has nothing more urgent to do. Returns what calls it off. */
export function whenIdle(work: () => void): () => void {
  if (typeof requestIdleCallback !== 'function') {
    const timer = setTimeout(work, GUESS);
    return () => clearTimeout(timer);
  }
  const id = requestIdleCallback(work, { timeout: LONGEST });
  return () => cancelIdleCallback(id);
}
