/** The Web Worker: the door of a `Runner` to the page. */
import type { ToWorker } from './messages.ts';
import { Runner } from './runner.ts';

const runner = new Runner((message, transfer) => self.postMessage(message, { transfer }));

self.onmessage = (event: MessageEvent<ToWorker>): void => {
  void runner.handle(event.data);
};
