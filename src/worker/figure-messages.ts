/** What the worker that counts figures says. It starts by itself, and hears nothing. */
import type { FigureId } from '#figures/figure.ts';

export type FromFigures =
  | { readonly type: 'figure'; readonly id: FigureId; readonly values: number[][] }
  | { readonly type: 'failed'; readonly reason: string };
