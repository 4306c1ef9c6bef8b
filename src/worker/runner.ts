/** Runs one scenario at a time, in slices, so that a message to stop is heard. It knows no Worker: `send` is its way out. */
import type { LogData } from '#machine/log.ts';
import { DEFAULT_LIMITS, type MachineLimits } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { type Run, startRun } from '#scenario/run.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** How long a slice may take before messages are looked at, in milliseconds. */
const SLICE = 20;

export type Send = (message: FromWorker, transfer: ArrayBuffer[]) => void;

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

export class Runner {
  readonly #send: Send;
  readonly #limits: MachineLimits;
  /** The run that is wanted; a run that is not it any more stops and says nothing. */
  #current = -1;

  constructor(send: Send, limits: MachineLimits = DEFAULT_LIMITS) {
    this.#send = send;
    this.#limits = limits;
  }

  /** Does what a message asks. Resolves when nothing more will be sent for it; never rejects. */
  async handle(message: ToWorker): Promise<void> {
    const { id } = message;
    if (message.type === 'cancel') {
      if (this.#current === id) this.#current = -1;
      return;
    }
    this.#current = id;
    try {
      await this.#run(id, message.text, shared(this.#limits, message.share ?? 1));
    } catch (error) {
      if (this.#current !== id) return;
      this.#send({ type: 'crash', id, message: error instanceof Error ? error.message : String(error) }, []);
    }
  }

  async #run(id: number, text: string, limits: MachineLimits): Promise<void> {
    const { scenario, problems } = load(text);
    if (!scenario) return this.#send({ type: 'problems', id, problems }, []);
    const started = startRun(scenario, limits);
    if ('problems' in started) return this.#send({ type: 'problems', id, problems: started.problems }, []);
    while (!slice(started.run)) {
      await nextTask();
      if (this.#current !== id) return;
    }
    const { log, notice } = started.run.finish();
    this.#send({ type: 'log', id, data: log, notice }, buffersOf(log));
  }
}

/** What each of several runs may use. */
const shared = (limits: MachineLimits, share: number): MachineLimits => ({
  ...limits,
  events: Math.floor(limits.events / share),
  memory: Math.floor(limits.memory / share),
});

/** Runs steps until the time is up. True when the run is over. */
function slice(run: Run): boolean {
  const end = performance.now() + SLICE;
  while (performance.now() < end) if (!run.step()) return true;
  return false;
}

/** The buffers of a log, each once. */
function buffersOf(data: LogData): ArrayBuffer[] {
  const arrays = [...data.events, ...data.changes, data.steps, data.base];
  return [...new Set(arrays.map((array) => array.buffer as ArrayBuffer))];
}
