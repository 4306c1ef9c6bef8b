import {
  type PointerEvent,
  useCallback,
  useDeferredValue,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useElementWidth } from '#ui/design/element-size.ts';
import { goTo } from '#ui/jumps.ts';
import { eventNumber, type Moment } from '#ui/moment.ts';
import { foundSequence, useSearch } from '#ui/search.ts';
import { useSelectedEvent } from '#ui/selection.ts';
import type { Sequence } from '#ui/sequence.ts';
import { useMoment, useSequence } from '#ui/session.ts';
import { useStops } from '#ui/stops.ts';
import { setCursor } from '#ui/store.ts';
import { useTheme } from '#ui/theme.ts';
import { useWords } from '#ui/words/language.ts';
import {
  areShapes,
  type HostLane,
  hostLane,
  type Range,
  rangeWith,
  rankAtX,
  rankX,
  timelineModel,
} from './model.ts';
import { NoteFlags } from './NoteFlags.tsx';
import { paint } from './paint.ts';
import { HOST_LANE, LANE, RULER, type TimelineShape, timelineHeight, timelineShapes } from './shapes.ts';
import { TimelineVector } from './TimelineVector.tsx';

/** Events that fit at first: as many as have a mark each, but no more than there are. */
const MARK = 14;

interface DrawingProps {
  readonly moment: Moment;
  readonly sequence: Sequence;
  readonly range: Range;
  readonly width: number;
  readonly isVector: boolean;
  readonly host: HostLane;
}

/** The drawing: made anew when range, run or step change, not with every move of the cursor. */
function Drawing({ moment, sequence, range, width, isVector, host }: DrawingProps) {
  const { reader, atlas, run } = moment;
  const numberAt = useCallback((rank: number) => eventNumber(run, sequence.at(rank)), [run, sequence]);
  const cpus = atlas.registers.length;
  const { from, count } = range;
  // The cursor's line moves at once; which block it is in may be drawn a frame later.
  const currentStep = useDeferredValue(reader.stepOf(moment.index));
  const found = foundSequence(useSearch((state) => state.found));
  const stops = useStops((state) => state.hits);
  const model = useMemo(() => {
    const source = { reader, sequence, numberAt, cpus, host, found, stops };
    return timelineModel(source, { from, count }, width);
  }, [reader, sequence, numberAt, from, count, width, cpus, host, found, stops]);
  const shapes = useMemo(
    () => timelineShapes(model, { isShape: areShapes({ from, count }, width), currentStep }),
    [model, from, count, width, currentStep],
  );
  const Medium = isVector ? TimelineVector : TimelineCanvas;
  return <Medium shapes={shapes} width={width} height={timelineHeight(cpus, host)} />;
}

interface MediumProps {
  readonly shapes: readonly TimelineShape[];
  readonly width: number;
  readonly height: number;
}

function TimelineCanvas({ shapes, width, height }: MediumProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = useTheme((state) => state.dark);
  useLayoutEffect(() => {
    if (canvas.current) paint(canvas.current, shapes, { width, height });
    // The theme is not an argument of the drawing, but its colours are the page's.
    void dark;
  }, [shapes, width, height, dark]);
  return <canvas ref={canvas} style={{ width, height }} />;
}

function LaneLabels({ cpus, host }: { readonly cpus: number; readonly host: HostLane }) {
  const words = useWords();
  const lanes = Array.from({ length: cpus }, (_, cpu) => `cpu${cpu}`);
  return (
    <div className="lane-labels" aria-hidden="true" style={{ paddingTop: RULER }}>
      {lanes.map((name) => (
        <span key={name} style={{ height: LANE }}>
          {name}
        </span>
      ))}
      {host !== 'none' && <span style={{ height: HOST_LANE[host] }}>{words.timeline.host}</span>}
    </div>
  );
}

function useRange(sequence: Sequence | null, rank: number, width: number) {
  const [zoom, setZoom] = useState<number | null>(null);
  const last = useRef<Range>({ from: 0, count: 1 });
  const length = sequence?.length ?? 1;
  const fitting = Math.max(1, Math.min(length, Math.floor(width / MARK)));
  const count = Math.min(length, zoom ?? fitting);
  if (width > 0) last.current = rangeWith({ from: last.current.from, count }, length, rank);
  const zoomBy = (factor: number) => setZoom(Math.max(8, Math.min(length, Math.round(count * factor))));
  return { range: last.current, zoomBy };
}

function useHostLane(moment: Moment | null): HostLane {
  const reader = moment?.reader;
  const hasHypervisor = moment !== null && moment.atlas.machine !== 'bare';
  return useMemo(() => (reader ? hostLane(reader, hasHypervisor) : 'none'), [reader, hasHypervisor]);
}

/**
 * Lanes, steps and events; a click or a drag moves the cursor, the wheel zooms.
 * @param isVector drawn as an SVG, which a picture can hold
 */
export function TimelineView({ isVector = false }: { readonly isVector?: boolean }) {
  const words = useWords();
  const moment = useMoment();
  const [measure, width] = useElementWidth<HTMLDivElement>();
  const sequence = useSequence(moment?.run ?? null);
  const rank = Math.max(0, sequence?.rank(moment?.index ?? 0) ?? 0);
  const { range, zoomBy } = useRange(sequence, rank, width);
  const selected = useSelectedEvent(moment?.run ?? null);
  const host = useHostLane(moment);
  if (!moment || !sequence) return <div className="timeline" ref={measure} />;
  const { reader, index, atlas } = moment;
  const height = timelineHeight(atlas.registers.length, host);
  const eventUnder = (event: PointerEvent<HTMLDivElement>): number => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return sequence.at(Math.max(0, Math.min(sequence.length - 1, rankAtX(range, width, x))));
  };
  return (
    <div className="timeline-box">
      <LaneLabels cpus={atlas.registers.length} host={host} />
      <div className="timeline-area">
        <NoteFlags run={moment.run} sequence={sequence} range={range} width={width} cursor={index} />
        <div
          className="timeline"
          ref={measure}
          role="slider"
          tabIndex={0}
          aria-label={words.timeline.label}
          aria-valuemin={1}
          aria-valuemax={moment.run.story.length}
          aria-valuenow={eventNumber(moment.run, index)}
          aria-valuetext={`${words.timeline.event(eventNumber(moment.run, index))}: ${reader.spec(index).name}`}
          style={{ height }}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            if (event.buttons === 1) goTo({ event: eventUnder(event) });
          }}
          onPointerMove={(event) => {
            if (event.buttons === 1) setCursor(eventUnder(event));
          }}
          onWheel={(event) => zoomBy(event.deltaY > 0 ? 1.25 : 0.8)}
        >
          {width > 0 && (
            <Drawing
              moment={moment}
              sequence={sequence}
              range={range}
              width={width}
              isVector={isVector}
              host={host}
            />
          )}
          {selected >= 0 && (
            <div
              className="timeline-selected"
              style={{ transform: `translateX(${rankX(range, width, sequence.rank(selected))}px)`, height }}
            />
          )}
          <div
            className="timeline-cursor"
            style={{ transform: `translateX(${rankX(range, width, rank)}px)`, height }}
          >
            <b>{eventNumber(moment.run, index)}</b>
          </div>
        </div>
      </div>
      <div className="timeline-zoom">
        <button type="button" onClick={() => zoomBy(0.5)} aria-label={words.timeline.zoomIn}>
          +
        </button>
        <button type="button" onClick={() => zoomBy(2)} aria-label={words.timeline.zoomOut}>
          −
        </button>
      </div>
    </div>
  );
}
