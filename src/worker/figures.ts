/** A worker of its own that counts the figures, one after the other, and then has nothing more to do. */
import { FIGURES } from '#figures/all.ts';
import { figureValues } from '#figures/compute.ts';
import type { FromFigures } from './figure-messages.ts';

const say = (message: FromFigures): void => self.postMessage(message);

try {
  for (const figure of FIGURES) say({ type: 'figure', id: figure.id, values: figureValues(figure) });
} catch (error) {
  say({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
}
