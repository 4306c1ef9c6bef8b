import { useEffect, useMemo, useRef } from 'react';
import { useElementWidth } from '#ui/design/element-size.ts';
import { Lock } from '#ui/design/Lock.tsx';
import { linkCurve } from '#ui/design/link-curve.ts';
import { select } from '#ui/jumps.ts';
import type { Moment } from '#ui/moment.ts';
import { useSubjectMarks } from '#ui/selection.ts';
import { useMoment } from '#ui/session.ts';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';
import {
  type Item,
  LANES,
  type Lane,
  type Line,
  type MemoryModel,
  memoryModel,
  NARROW,
  type Rows,
  WIDE,
} from './model.ts';
import './memory.css';

/** Where the lanes stand. */
interface Geometry extends Rows {
  readonly lane: number;
  /** Width of a lane's boxes; the rest is for the lines to the next. */
  readonly box: number;
}

/** Shares of a lane that its boxes take. */
const SHARE = { wide: 0.7, narrow: 0.85 } as const;
/** A narrower view has boxes of two lines. */
const LEAST_WIDE = 480;

function geometryOf(width: number): Geometry {
  const isNarrow = width < LEAST_WIDE;
  const share = isNarrow ? SHARE.narrow : SHARE.wide;
  const lane = width / (LANES.length - 1 + share);
  return { ...(isNarrow ? NARROW : WIDE), lane, box: lane * share };
}

const left = ({ lane }: Geometry, of: Lane): number => LANES.indexOf(of) * lane;

/** One page of one address space. */
function Box({ item, geometry }: { readonly item: Item; readonly geometry: Geometry }) {
  const words = useWords();
  const { box, row } = geometry;
  const style = { left: left(geometry, item.lane), top: item.y, width: box, height: row - 4 };
  return (
    <button
      type="button"
      className={`page ${item.lane}${item.isFocus ? ' focus' : ''}${item.marks.map((mark) => ` ${mark.replace(' ', '-')}`).join('')}`}
      style={style}
      aria-pressed={item.isFocus}
      onClick={() => select(item.place)}
    >
      <b>{item.label}</b>
      <span>
        {item.marks.map((mark) =>
          mark === 'protected' ? (
            <Lock key={mark} open={false} />
          ) : (
            <i key={mark} className={mark === 'table' ? 'is-table' : ''}>
              {words.memory.marks[mark]}
            </i>
          ),
        )}
        {item.via && <code title={words.memory.via(item.via)}>{item.via}</code>}
      </span>
    </button>
  );
}

function path(line: Line, geometry: Geometry): string {
  const x1 = left(geometry, line.from) + geometry.box;
  const x2 = left(geometry, line.from) + geometry.lane;
  const middle = geometry.row / 2 - 2;
  return linkCurve({ x: x1, y: line.y1 + middle }, { x: x2, y: line.y2 + middle });
}

/** Brings the first page that is marked into sight when another one is. */
function useReveal(model: MemoryModel | null, { row }: Geometry) {
  const box = useRef<HTMLElement>(null);
  const y = model?.items.find((item) => item.isFocus)?.y ?? -1;
  useEffect(() => {
    const element = box.current;
    if (!element || y < 0) return;
    const { scrollTop, clientHeight } = element;
    if (y < scrollTop || y + row > scrollTop + clientHeight) element.scrollTop = y - clientHeight / 3;
  }, [y, row]);
  return box;
}

/** What a lane is; of linear addresses also that there are none of their own. */
function laneNote({ memory }: Words, moment: Moment | null, lane: Lane): string {
  const isUnpaged = moment?.atlas.registers.every(({ paging }) => paging === 'off');
  return lane === 'gva' && isUnpaged ? memory.unpaged : memory.lanes[lane];
}

/** Four lanes, one an address space, and the lines that lead from one to the next. */
export function MemoryView() {
  const words = useWords();
  const moment = useMoment();
  const [measure, width] = useElementWidth<HTMLDivElement>();
  const marks = useSubjectMarks();
  const geometry = useMemo(() => geometryOf(width), [width]);
  const model = useMemo(() => moment && memoryModel(moment, marks, geometry), [moment, marks, geometry]);
  const box = useReveal(model, geometry);
  const isNarrow = geometry.row === NARROW.row;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="memory" ref={box} tabIndex={0} aria-label={words.panes.memory}>
      <div
        className={`memory-space${isNarrow ? ' narrow' : ''}`}
        ref={measure}
        style={{ height: model?.height ?? 0 }}
      >
        {LANES.map((lane) => (
          <h3 key={lane} className={lane} style={{ left: left(geometry, lane), width: geometry.box }}>
            {lane} <small>{laneNote(words, moment, lane)}</small>
          </h3>
        ))}
        <svg width={width} height={model?.height ?? 0} aria-hidden="true">
          {model?.lines.map((line) => (
            <path
              key={`${line.from} ${line.y1} ${line.y2}`}
              className={`${line.from}${line.isFocus ? ' focus' : ''}`}
              d={path(line, geometry)}
            />
          ))}
        </svg>
        {model?.items.map((item) => (
          <Box key={item.key} item={item} geometry={geometry} />
        ))}
      </div>
      {model && model.hidden > 0 && <p>{words.memory.hidden(model.hidden)}</p>}
    </section>
  );
}
