/** The Web Worker: runs one scenario at a time, in slices, so that a message to stop is heard. */
import type { LogData } from '#machine/log.ts';
import { load } from '#scenario/check.ts';
import { type Run, startRun } from '#scenario/run.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** How long a slice may take before messages are looked at, in milliseconds. */
const SLICE = 20;

let current = -1;

function send(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

/** The buffers of a log, each once. */
function buffersOf(data: LogData): ArrayBuffer[] {
  const arrays = [...data.events, ...data.changes, data.steps, data.base];
  return [...new Set(arrays.map((array) => array.buffer as ArrayBuffer))];
}

/** Runs steps until the time is up. True when the run is over. */
function slice(run: Run): boolean {
  const end = performance.now() + SLICE;
  while (performance.now() < end) if (!run.step()) return true;
  return false;
}

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

async function run(id: number, text: string): Promise<void> {
  const { scenario, problems } = load(text);
  if (!scenario) return send({ type: 'problems', id, problems });
  const started = startRun(scenario);
  if ('problems' in started) return send({ type: 'problems', id, problems: started.problems });
  while (!slice(started.run)) {
    await nextTask();
    if (current !== id) return;
  }
  const { log, notice } = started.run.finish();
  send({ type: 'log', id, data: log, notice }, buffersOf(log));
}

self.onmessage = (event: MessageEvent<ToWorker>): void => {
  const message = event.data;
  if (message.type === 'cancel') {
    if (current === message.id) current = -1;
    return;
  }
  current = message.id;
  run(message.id, message.text).catch((error: unknown) => {
    send({ type: 'crash', id: message.id, message: error instanceof Error ? error.message : String(error) });
  });
};
