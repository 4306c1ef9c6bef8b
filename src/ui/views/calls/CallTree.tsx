import { type KeyboardEvent, memo, type ReactNode, useEffect, useState } from 'react';
import { isFunction } from '#hypervisor/functions.ts';
import { eventLine } from '#trace/print.ts';
import { EventGlyph } from '#ui/design/EventGlyph.tsx';
import { useRowWindow } from '#ui/design/use-row-window.ts';
import { EventFields } from '#ui/EventFields.tsx';
import { goTo } from '#ui/jumps.ts';
import type { Run } from '#ui/moment.ts';
import { PlaceLink } from '#ui/PlaceLink.tsx';
import { useWords } from '#ui/words/language.ts';
import { type CallLine, callNear } from './model.ts';

const ROW = 18;
/** Width of a level, in pixels. */
const INDENT = 14;

interface LineProps {
  readonly run: Run;
  readonly line: CallLine;
  readonly at: number;
  readonly top: number;
  readonly state: string;
  /** What the function does; empty for an event. */
  readonly title: string;
  readonly isNow: boolean;
  readonly isTabStop: boolean;
  readonly onFocus: (at: number) => void;
}

/** The button that the whole line is; what it names lies above it. */
function Go({ line, at, isTabStop, onFocus, label, children }: GoProps) {
  return (
    <button
      type="button"
      className="call-go"
      data-line={at}
      tabIndex={isTabStop ? 0 : -1}
      aria-label={label}
      onClick={() => goTo({ event: line.event })}
      onFocus={() => onFocus(at)}
    >
      {children}
    </button>
  );
}

type GoProps = Pick<LineProps, 'line' | 'at' | 'isTabStop' | 'onFocus'> & {
  readonly label: string;
  readonly children: ReactNode;
};

/** An event as the kernel's tracer shows it among calls: a comment. */
function EventText(props: LineProps) {
  const { run, line, isTabStop } = props;
  const { reader, names } = run;
  const { name, family } = reader.spec(line.event);
  const text = eventLine(reader, names, line.event);
  const hasFields = family !== 'flow';
  return (
    <span className="comment">
      {'/* '}
      <EventGlyph kind={reader.kind(line.event)} />{' '}
      <Go {...props} label={text}>
        <b>{hasFields ? name : text}</b>
      </Go>
      {hasFields && (
        <>
          :<EventFields run={run} index={line.event} isTabStop={isTabStop} />
        </>
      )}
      {' */'}
    </span>
  );
}

const TAIL = { open: '() {', leaf: '();', close: ' */' } as const;

/** A call or its end: the function's name, and the rest of the line. */
function CallText(props: LineProps & { readonly kind: keyof typeof TAIL }) {
  const { line, kind, isTabStop } = props;
  const tail = TAIL[kind];
  const head = kind === 'close' ? '} /* ' : '';
  return (
    <>
      {head}
      <PlaceLink place={{ kind: 'function', name: line.name }} event={line.event} isTabStop={isTabStop}>
        {line.name}
      </PlaceLink>
      <Go {...props} label={`${head}${line.name}${tail}`}>
        {tail}
      </Go>
      {line.times > 1 && <b className="times"> ×{line.times}</b>}
    </>
  );
}

const Line = memo(function Line(props: LineProps) {
  const { line, top, state, title, isNow } = props;
  return (
    <div
      className={`call-line ${line.kind}${state}`}
      aria-current={isNow}
      title={title || undefined}
      style={{ height: ROW, transform: `translateY(${top}px)`, paddingLeft: 8 + line.depth * INDENT }}
    >
      {line.kind === 'event' ? <EventText {...props} /> : <CallText {...props} kind={line.kind} />}
    </div>
  );
});

interface Props {
  readonly run: Run;
  readonly lines: readonly CallLine[];
  readonly cursor: number;
  /** The line at the cursor, and the lines of the calls that it is in. */
  readonly now: number;
  readonly path: readonly number[];
  /** Name of the function that is selected; empty for none. */
  readonly selected: string;
  readonly label: string;
}

const MOVES: Readonly<Record<string, number>> = {
  ArrowUp: -1,
  ArrowDown: 1,
  PageUp: -15,
  PageDown: 15,
};

/** Every line that is in sight. Arrow keys move the focus from line to line, Enter the cursor to the line. */
export function CallTree({ run, lines, cursor, now, path, selected, label }: Props) {
  const words = useWords();
  const [focused, setFocused] = useState(-1);
  const call = callNear(lines, now, selected);
  const { attach, height, rows, show } = useRowWindow<HTMLElement>({
    count: lines.length,
    row: ROW,
    shown: [now, call],
    margin: [3, 3],
    beyond: 20,
  });
  useEffect(() => {
    if (now >= 0 && now < lines.length) setFocused(now);
  }, [now, lines.length]);
  const moveFocus = (event: KeyboardEvent<HTMLElement>) => {
    const move = MOVES[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const box = event.currentTarget;
    const target = Math.max(0, Math.min(lines.length - 1, focused + move));
    show(target);
    setFocused(target);
    requestAnimationFrame(() =>
      box.querySelector<HTMLElement>(`[data-line="${target}"]`)?.focus({ preventScroll: true }),
    );
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="call-tree" ref={attach} tabIndex={0} aria-label={label} onKeyDown={moveFocus}>
      <div style={{ height, position: 'relative' }}>
        {rows.map(({ index, top }) => {
          const line = lines[index] as CallLine;
          const isNow = index === now;
          const isPath = path.includes(index);
          const isFuture = line.event > cursor;
          const isSelected = selected !== '' && line.name === selected;
          return (
            <Line
              key={index}
              run={run}
              line={line}
              at={index}
              top={top}
              title={isFunction(line.name) ? words.functions[line.name] : ''}
              state={`${isPath ? ' path' : ''}${isNow ? ' now' : ''}${isFuture ? ' future' : ''}${isSelected ? ' selected' : ''}`}
              isNow={isNow}
              isTabStop={index === focused}
              onFocus={setFocused}
            />
          );
        })}
      </div>
    </section>
  );
}
