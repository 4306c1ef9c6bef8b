import { useEffect, useMemo, useRef } from 'react';
import { goBack, goForward, select, useJumps } from '#ui/jumps.ts';
import type { Moment } from '#ui/moment.ts';
import { type Place, placeText } from '#ui/place.ts';
import { useFocus, useSelectedEvent } from '#ui/selection.ts';
import { useMoment } from '#ui/session.ts';
import { useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';
import { EntrySection } from './EntrySection.tsx';
import { missingTitle, placeModel } from './model.ts';
import { QuestionBar } from './QuestionBar.tsx';
import { RegisterBits } from './RegisterBits.tsx';
import { EventSection, RegistersSection, ThingSection } from './Sections.tsx';
import './inspector.css';

/** Back and forward through what was looked at. */
function Travel() {
  const words = useWords();
  const hasBack = useJumps((state) => state.back.length > 0);
  const hasForward = useJumps((state) => state.forward.length > 0);
  return (
    <span className="travel">
      <button
        type="button"
        className="tool"
        aria-label={words.things.back}
        disabled={!hasBack}
        onClick={goBack}
      >
        ‹
      </button>
      <button
        type="button"
        className="tool"
        aria-label={words.things.forward}
        disabled={!hasForward}
        onClick={goForward}
      >
        ›
      </button>
    </span>
  );
}

/** Whether the inspector follows the cursor, and the ways from here. */
function Mode({ selection }: { readonly selection: Place | null }) {
  const words = useWords();
  return (
    <div className="inspector-mode">
      <Travel />
      <span>{selection ? words.inspector.pinned : words.inspector.follow}</span>
      {selection && (
        <button type="button" className="tool last" onClick={() => select(null)}>
          {words.inspector.release}
        </button>
      )}
    </div>
  );
}

/** An entry, a table, a frame, an address, a register or a function. */
function PlaceSection({ moment, place }: { readonly moment: Moment; readonly place: Place }) {
  const words = useWords();
  const model = useMemo(() => placeModel(words, moment, place), [words, moment, place]);
  return (
    <>
      <QuestionBar moment={moment} place={place} />
      {model?.kind === 'entry' && place.kind === 'entry' && (
        <EntrySection model={model} moment={moment} place={place} />
      )}
      {model?.kind === 'thing' && <ThingSection model={model} />}
      {place.kind === 'register' && <RegisterBits moment={moment} place={place} />}
      {!model && (
        <p>
          <code>{missingTitle(place)}</code> {words.inspector.gone}
        </p>
      )}
    </>
  );
}

/** An event that is selected while the cursor is elsewhere. */
function SelectedEvent({ moment }: { readonly moment: Moment }) {
  const words = useWords();
  const index = useSelectedEvent(moment.run);
  if (index < 0) return <p>{words.things.missingEvent}</p>;
  return <EventSection run={moment.run} index={index} isSelected />;
}

/** What is selected, or else what the event at the cursor is about; and that event. */
export function InspectorView() {
  const words = useWords();
  const moment = useMoment();
  const selection = useStudio((state) => state.selection);
  const subject = useFocus();
  const box = useRef<HTMLElement>(null);
  const place = selection ?? subject;
  const selected = placeText(selection);
  const shown = placeText(place);
  const before = useRef('');
  useEffect(() => {
    // What was in view already stays where it is.
    if (selected !== '' && selected !== before.current) box.current?.scrollTo({ top: 0 });
    before.current = shown;
  }, [selected, shown]);
  if (!moment) return <p className="inspector empty">{words.inspector.nothing}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="inspector" ref={box} tabIndex={0} aria-label={words.panes.inspector}>
      <Mode selection={selection} />
      {place?.kind === 'event' && <SelectedEvent moment={moment} />}
      {place && place.kind !== 'event' && <PlaceSection moment={moment} place={place} />}
      <EventSection run={moment.run} index={moment.index} isSelected={false} />
      <RegistersSection moment={moment} />
    </section>
  );
}
