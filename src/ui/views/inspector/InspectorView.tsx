import { useMemo } from 'react';
import { eventNumber } from '#ui/moment.ts';
import { useMoment } from '#ui/session.ts';
import { select, useStudio } from '#ui/store.ts';
import { subjectOf } from '#ui/subject.ts';
import { useWords } from '#ui/words/language.ts';
import { BitList, BitStrip } from './BitStrip.tsx';
import { FactList, HistoryList, PlaceLists } from './Lists.tsx';
import {
  type EntryModel,
  type EventModel,
  eventModel,
  missingTitle,
  placeModel,
  type TableModel,
} from './model.ts';
import { QuestionBar } from './QuestionBar.tsx';
import './inspector.css';

function EntrySection({ model, cursor }: { readonly model: EntryModel; readonly cursor: number }) {
  const words = useWords();
  return (
    <>
      <h3 className="inspector-title">
        <code>{model.title}</code> <small>{model.subtitle}</small>
      </h3>
      <p className="inspector-value">
        <b className={model.text.space}>{model.text.address}</b> <span>{model.text.flags}</span>{' '}
        <small>{model.plain}</small>
      </p>
      <BitStrip model={model} />
      <FactList facts={model.facts} />
      <PlaceLists lists={model.lists} />
      <h4>{words.inspector.bits}</h4>
      <BitList bits={model.bits} />
      <h4>{words.inspector.history}</h4>
      <HistoryList rows={model.history} cursor={cursor} />
    </>
  );
}

function TableSection({ model }: { readonly model: TableModel }) {
  const words = useWords();
  return (
    <>
      <h3 className="inspector-title">
        <code>{model.title}</code> <small>{model.subtitle}</small>
      </h3>
      <h4>{words.inspector.roleTitle}</h4>
      <FactList facts={model.facts} />
      <PlaceLists lists={model.lists} />
    </>
  );
}

function EventSection({ model, number }: { readonly model: EventModel; readonly number: number }) {
  const words = useWords();
  return (
    <section className="inspector-event">
      <h4>
        {words.inspector.event(number)} · <code>{model.name}</code>
      </h4>
      <FactList facts={model.fields} />
      {model.error && (
        <>
          <h4>{words.inspector.errorCode}</h4>
          <ul className="error-bits">
            {model.error.rows.map((row) => (
              <li key={row.name} className={row.isSet ? 'set' : ''}>
                <code>{row.name}</code> <b>{row.isSet ? 1 : 0}</b> <span>{row.meaning}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** What is selected, or else what the event at the cursor is about; and that event. */
export function InspectorView() {
  const words = useWords();
  const moment = useMoment();
  const selection = useStudio((state) => state.selection);
  const subject = useMemo(() => moment && subjectOf(moment.reader, moment.index, moment.atlas), [moment]);
  const place = selection ?? subject;
  const model = useMemo(
    () => (moment && place ? placeModel(words, moment, place) : null),
    [words, moment, place],
  );
  if (!moment) return <p className="inspector empty">{words.inspector.nothing}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="inspector" tabIndex={0} aria-label={words.panes.inspector}>
      <p className="inspector-mode">
        {selection ? words.inspector.pinned : words.inspector.follow}
        {selection && (
          <button type="button" onClick={() => select(null)}>
            {words.inspector.release}
          </button>
        )}
      </p>
      {place && <QuestionBar moment={moment} place={place} />}
      {model?.kind === 'entry' && <EntrySection model={model} cursor={moment.index} />}
      {model?.kind === 'table' && <TableSection model={model} />}
      {!model && selection && (
        <p>
          <code>{missingTitle(selection)}</code> {words.inspector.gone}
        </p>
      )}
      <EventSection model={eventModel(words, moment)} number={eventNumber(moment.run, moment.index)} />
    </section>
  );
}
