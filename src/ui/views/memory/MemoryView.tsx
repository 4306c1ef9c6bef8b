import { useMemo } from 'react';
import { useElementWidth } from '#ui/design/element-size.ts';
import { Lock } from '#ui/design/Lock.tsx';
import { useMoment } from '#ui/session.ts';
import { select, useStudio } from '#ui/store.ts';
import { subjectOf } from '#ui/subject.ts';
import { useWords } from '#ui/words/language.ts';
import { type Item, LANES, type Lane, type Line, memoryModel, ROW } from './model.ts';
import './memory.css';

/** Share of a lane's width that its boxes take; the rest is for the lines to the next. */
const BOX = 0.7;

interface Geometry {
  readonly lane: number;
}

const left = ({ lane }: Geometry, of: Lane): number => LANES.indexOf(of) * lane;

/** One page of one address space. */
function Box({ item, geometry }: { readonly item: Item; readonly geometry: Geometry }) {
  const words = useWords();
  const style = { left: left(geometry, item.lane), top: item.y, width: geometry.lane * BOX, height: ROW - 4 };
  const place = item.place;
  return (
    <button
      type="button"
      className={`page ${item.lane}${item.isFocus ? ' focus' : ''}${item.marks.map((mark) => ` ${mark.replace(' ', '-')}`).join('')}`}
      style={style}
      disabled={place === null}
      aria-pressed={item.isFocus}
      onClick={() => place && select(place)}
    >
      <b>{item.label}</b>
      <span>
        {item.marks.map((mark) =>
          mark === 'protected' ? (
            <Lock key={mark} open={false} />
          ) : (
            <i key={mark}>{words.memory.marks[mark]}</i>
          ),
        )}
      </span>
    </button>
  );
}

function path(line: Line, geometry: Geometry): string {
  const x1 = left(geometry, line.from) + geometry.lane * BOX;
  const x2 = left(geometry, line.from) + geometry.lane;
  const bend = (x2 - x1) / 2;
  const y1 = line.y1 + ROW / 2 - 2;
  const y2 = line.y2 + ROW / 2 - 2;
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** Four lanes, one an address space, and the lines that lead from one to the next. */
export function MemoryView() {
  const words = useWords();
  const moment = useMoment();
  const selection = useStudio((state) => state.selection);
  const [measure, width] = useElementWidth<HTMLDivElement>();
  const focus = selection ?? (moment && subjectOf(moment.reader, moment.index, moment.atlas));
  const model = useMemo(() => moment && memoryModel(moment, focus), [moment, focus]);
  const geometry = { lane: width / (LANES.length - 1 + BOX) };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="memory" tabIndex={0} aria-label={words.panes.memory}>
      <div className="memory-space" ref={measure} style={{ height: model?.height ?? 0 }}>
        {LANES.map((lane) => (
          <h3 key={lane} className={lane} style={{ left: left(geometry, lane), width: geometry.lane * BOX }}>
            {lane} <small>{words.memory.lanes[lane]}</small>
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
