/** The engine's worker, the first of them started at once: it loads beside the page, not behind it. */
import EngineWorker from '#worker/worker.ts?worker';

// Tests of what hangs on it run where there are no workers.
let first: Worker | null = 'Worker' in globalThis ? new EngineWorker() : null;

/** A worker of one's own. */
export function takeWorker(): Worker {
  const worker = first ?? new EngineWorker();
  first = null;
  return worker;
}
