/** The Web Worker: the door of a `Runner` to the page. */
import { VIEWING_LIMITS } from '#machine/words.ts';
import type { ToWorker } from './messages.ts';
import { Runner } from './runner.ts';

const runner = new Runner((message, transfer) => self.postMessage(message, { transfer }), VIEWING_LIMITS);

self.onmessage = (event: MessageEvent<ToWorker>): void => {
  void runner.handle(event.data);
};
