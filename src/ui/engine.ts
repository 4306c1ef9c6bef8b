/** The engine's worker, one run at a time: a new run ends the one before it, of which nothing more is heard. */
import type { FromWorker } from '#worker/messages.ts';
import { takeWorker } from './first-worker.ts';

export class Engine {
  readonly #answer: (message: FromWorker) => void;
  readonly #crash: (reason: string) => void;
  #worker: Worker | null = null;
  #newest = 0;
  #isRunning = false;

  /** @param answer what the newest run came to @param crash the worker stopped; the next run gets a new one */
  constructor(answer: (message: FromWorker) => void, crash: (reason: string) => void) {
    this.#answer = answer;
    this.#crash = crash;
  }

  /** Runs a text. @param share the run may use so much of what one may use at most: 2 for half of it */
  run(text: string, share = 1): void {
    this.cancel();
    this.#isRunning = true;
    this.#newest++;
    this.#started().postMessage({ type: 'run', id: this.#newest, text, share });
  }

  /** Ends the run that is under way. */
  cancel(): void {
    if (this.#isRunning) this.#worker?.postMessage({ type: 'cancel', id: this.#newest });
    this.#isRunning = false;
  }

  /** Ends the worker too. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#isRunning = false;
  }

  #started(): Worker {
    if (!this.#worker) {
      this.#worker = takeWorker();
      this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
      this.#worker.onerror = ({ message }) => this.#fail(message);
    }
    return this.#worker;
  }

  #receive(message: FromWorker): void {
    if (message.id !== this.#newest || !this.#isRunning) return;
    this.#isRunning = false;
    if (message.type === 'crash') this.#fail(message.message);
    else this.#answer(message);
  }

  #fail(reason: string): void {
    this.close();
    this.#crash(reason);
  }
}
