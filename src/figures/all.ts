/** All figures, in the order in which they are shown. */
import { warm } from './cache-figures.ts';
import { exits } from './exit-figures.ts';
import type { Figure } from './figure.ts';
import { splitting, unsync } from './idea-figures.ts';
import { depths, pages } from './walk-figures.ts';

export const FIGURES: readonly Figure[] = [depths, pages, warm, exits, unsync, splitting];
