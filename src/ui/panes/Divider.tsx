import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { DEFAULT_ARRANGEMENT, SHARE_RANGE, withShare } from '#ui/arrangement.ts';
import { arrange, foldPane, useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';
import { SPLIT_PANE, type SplitId, shareAt } from './layout.ts';

/** Per cent that an arrow key moves a line, alone and with Shift. */
const STEP = 2;
const LONG_STEP = 10;

/** Lines between columns, and the direction in which a key makes the share larger. */
const IS_UPRIGHT: Readonly<Record<SplitId, boolean>> = {
  left: true,
  right: true,
  walk: false,
  events: false,
};
const GROWS: Readonly<Record<SplitId, 1 | -1>> = { left: 1, right: -1, walk: 1, events: -1 };

function resize(split: SplitId, percent: number): void {
  const { shares } = useStudio.getState().arrangement;
  arrange({ shares: withShare(shares, split, percent) });
}

const reset = (split: SplitId): void => resize(split, DEFAULT_ARRANGEMENT.shares[split]);

function moveByKey(split: SplitId, { key, shiftKey }: KeyboardEvent): boolean {
  const here = useStudio.getState().arrangement.shares[split];
  const step = (shiftKey ? LONG_STEP : STEP) * GROWS[split];
  const [back, forth] = IS_UPRIGHT[split] ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  if (key === forth) resize(split, here + step);
  else if (key === back) resize(split, here - step);
  else if (key === 'Home') resize(split, SHARE_RANGE.least);
  else if (key === 'End') resize(split, SHARE_RANGE.most);
  else if (key === 'Delete' || key === 'Backspace') reset(split);
  else if (key === 'Enter') foldPane(SPLIT_PANE[split], true);
  else return false;
  return true;
}

/** The line beside a pane: drag it, or move it with the arrow keys; a double click or Delete puts it back, Enter folds the pane. */
export function Divider({ split, isThere }: { readonly split: SplitId; readonly isThere: boolean }) {
  const words = useWords();
  const percent = useStudio((state) => state.arrangement.shares[split]);
  const line = useRef<HTMLDivElement>(null);
  const drag = (event: PointerEvent) => {
    const box = line.current?.parentElement?.getBoundingClientRect();
    if (box && line.current?.hasPointerCapture(event.pointerId))
      resize(split, shareAt(split, box, { x: event.clientX, y: event.clientY }));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved
    <div
      ref={line}
      role="separator"
      className={`divider ${IS_UPRIGHT[split] ? 'upright' : 'level'}`}
      data-split={split}
      hidden={!isThere}
      tabIndex={0}
      aria-orientation={IS_UPRIGHT[split] ? 'vertical' : 'horizontal'}
      aria-label={words.panes.resize(words.panes[SPLIT_PANE[split]])}
      aria-valuemin={SHARE_RANGE.least}
      aria-valuemax={SHARE_RANGE.most}
      aria-valuenow={Math.round(percent)}
      title={words.layout.resizeHelp}
      onPointerDown={(event) => event.button === 0 && line.current?.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onDoubleClick={() => reset(split)}
      onKeyDown={(event) => moveByKey(split, event) && event.preventDefault()}
    />
  );
}
