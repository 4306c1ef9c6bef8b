/** The engine's worker, the first of them started at once: it loads beside the page, not behind it. */
import EngineWorker from '#worker/worker.ts?worker';

let first: Worker | null = new EngineWorker();

/** A worker of one's own. */
export function takeWorker(): Worker {
  const worker = first ?? new EngineWorker();
  first = null;
  return worker;
}
