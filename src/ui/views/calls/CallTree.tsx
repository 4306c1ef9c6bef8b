import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react';
import { eventLine } from '#trace/print.ts';
import { EventGlyph } from '#ui/design/EventGlyph.tsx';
import type { Run } from '#ui/moment.ts';
import { setCursor } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';
import { type CallLine, isFunction } from './model.ts';

const ROW = 18;
/** Width of a level, in pixels. */
const INDENT = 14;

/** An event as the kernel's tracer shows it among calls: a comment. */
function EventText({ run: { reader, names }, index }: { readonly run: Run; readonly index: number }) {
  const line = eventLine(reader, names, index);
  const { name } = reader.spec(index);
  const fields = line.startsWith(name) ? line.slice(name.length) : null;
  return (
    <span className="comment">
      {'/* '}
      <EventGlyph kind={reader.kind(index)} /> <b>{fields === null ? line : name}</b>
      {fields}
      {' */'}
    </span>
  );
}

function LineText({ run, line }: { readonly run: Run; readonly line: CallLine }) {
  const times = line.times > 1 && <b className="times"> ×{line.times}</b>;
  switch (line.kind) {
    case 'event':
      return <EventText run={run} index={line.event} />;
    case 'close':
      return (
        <span>
          {'} '}
          <i>{`/* ${line.name} */`}</i>
        </span>
      );
    case 'leaf':
      return (
        <span>
          {line.name}();{times}
        </span>
      );
    case 'open':
      return (
        <span>
          {line.name}() {'{'}
          {times}
        </span>
      );
  }
}

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

const Line = memo(function Line({ run, line, at, top, state, title, isNow, isTabStop, onFocus }: LineProps) {
  return (
    <button
      type="button"
      className={`call-line ${line.kind}${state}`}
      data-line={at}
      tabIndex={isTabStop ? 0 : -1}
      aria-current={isNow}
      title={title}
      style={{ height: ROW, transform: `translateY(${top}px)`, paddingLeft: 8 + line.depth * INDENT }}
      onClick={() => setCursor(line.event)}
      onFocus={() => onFocus(at)}
    >
      <LineText run={run} line={line} />
    </button>
  );
});

interface Props {
  readonly run: Run;
  readonly lines: readonly CallLine[];
  readonly cursor: number;
  /** The line at the cursor, and the lines of the calls that it is in. */
  readonly now: number;
  readonly path: readonly number[];
  readonly label: string;
}

const MOVES: Readonly<Record<string, number>> = {
  ArrowUp: -1,
  ArrowDown: 1,
  PageUp: -15,
  PageDown: 15,
};

/** Every line that is in sight. Arrow keys move the focus from line to line, Enter the cursor to the line. */
export function CallTree({ run, lines, cursor, now, path, label }: Props) {
  const words = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(-1);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 20,
    scrollPaddingStart: 3 * ROW,
    scrollPaddingEnd: 3 * ROW,
  });
  useEffect(() => {
    if (now < 0 || now >= lines.length) return;
    virtual.scrollToIndex(now, { align: 'auto' });
    setFocused(now);
  }, [virtual, now, lines.length]);
  const moveFocus = (event: KeyboardEvent<HTMLDivElement>) => {
    const move = MOVES[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const target = Math.max(0, Math.min(lines.length - 1, focused + move));
    virtual.scrollToIndex(target, { align: 'auto' });
    setFocused(target);
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>(`[data-line="${target}"]`)?.focus({ preventScroll: true }),
    );
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="call-tree" ref={box} tabIndex={0} aria-label={label} onKeyDown={moveFocus}>
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const line = lines[index] as CallLine;
          const isNow = index === now;
          const isPath = path.includes(index);
          const isFuture = line.event > cursor;
          return (
            <Line
              key={index}
              run={run}
              line={line}
              at={index}
              top={start}
              state={`${isPath ? ' path' : ''}${isNow ? ' now' : ''}${isFuture ? ' future' : ''}`}
              title={isFunction(line.name) ? words.functions[line.name] : ''}
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
