/** What page and worker say to each other. A message belongs to the run whose id it carries. */
import type { LogData } from '#machine/log.ts';
import type { Told } from '#scenario/messages.ts';
import type { Problem } from '#scenario/scenario.ts';

export type ToWorker =
  | {
      readonly type: 'run';
      readonly id: number;
      readonly text: string;
      /** How many runs share what one may use at most; 1 if it is not said. */
      readonly share?: number;
    }
  /** Stops a run; nothing more is heard of it. */
  | { readonly type: 'cancel'; readonly id: number };

export type FromWorker =
  | {
      readonly type: 'log';
      readonly id: number;
      /** Its buffers are transferred, not copied. */
      readonly data: LogData;
      /** What was exceeded, where the run was stopped for it; the log ends there. */
      readonly notice: Told | null;
    }
  | { readonly type: 'problems'; readonly id: number; readonly problems: readonly Problem[] }
  | { readonly type: 'crash'; readonly id: number; readonly message: string };
