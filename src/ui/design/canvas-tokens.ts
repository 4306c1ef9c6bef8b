/** Design tokens for what is drawn on a canvas, where CSS does not reach. */
import { TONES } from './event-shape.ts';

/** Colours that are drawn with. */
const COLOURS = [...TONES, 'selection', 'structure', 'sunk'] as const;
export type Colour = (typeof COLOURS)[number];

const TOKENS = [...COLOURS, 'label', 'mono'] as const;
export type CanvasTokens = Readonly<Record<(typeof TOKENS)[number], string>>;

const byTheme = new Map<string, CanvasTokens>();

/** Their values, asked of the page once for each theme: asking at each move would have it styled anew in between. */
export function canvasTokens(canvas: HTMLCanvasElement): CanvasTokens {
  const theme = document.documentElement.dataset.theme ?? '';
  const known = byTheme.get(theme);
  if (known) return known;
  const style = getComputedStyle(canvas);
  const tokens = Object.fromEntries(
    TOKENS.map((token) => [token, style.getPropertyValue(`--${token}`)]),
  ) as CanvasTokens;
  byTheme.set(theme, tokens);
  return tokens;
}
