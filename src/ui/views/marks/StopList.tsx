import { type FormEvent, useState } from 'react';
import { parseFilter } from '#trace/filter/parse.ts';
import { FilterProblemText } from '#ui/FilterProblemText.tsx';
import { showFound } from '#ui/search.ts';
import { useMoment } from '#ui/session.ts';
import { addStop, MOST_STOPS, removeStop, type Stop, switchStop, useStops } from '#ui/stops.ts';
import { useWords } from '#ui/words/language.ts';

function Row({ stop: { text, isOn } }: { readonly stop: Stop }) {
  const words = useWords();
  const found = useStops((state) => state.found[text]);
  return (
    <li className={isOn ? '' : 'off'}>
      <input
        type="checkbox"
        checked={isOn}
        aria-label={words.marks.switchStop(text)}
        onChange={() => switchStop(text, !isOn)}
      />
      <button
        type="button"
        className="stop-text"
        title={words.marks.searchStop(text)}
        onClick={() => showFound(text)}
      >
        <code>{text}</code>
      </button>
      <span className="stop-hits">{found && words.marks.hits(found.events.length, found.isDone)}</span>
      <button type="button" aria-label={words.marks.removeStop(text)} onClick={() => removeStop(text)}>
        ✕
      </button>
    </li>
  );
}

/** Stops that one wants often: faults, exits, and events like the one at the cursor. */
function QuickStops() {
  const words = useWords();
  const moment = useMoment();
  const kind = moment?.reader.spec(moment.index).name ?? '';
  return (
    <p className="quick-stops">
      <button type="button" onClick={() => addStop('is:fault')}>
        {words.marks.quick.fault}
      </button>
      <button type="button" onClick={() => addStop('is:exit')}>
        {words.marks.quick.exit}
      </button>
      {kind !== '' && (
        <button type="button" onClick={() => addStop(`kind:${kind}`)}>
          {words.marks.quick.kind(kind)}
        </button>
      )}
    </p>
  );
}

/** A filter for a new stop; what is wrong with it stands below it. */
function NewStop() {
  const words = useWords();
  const [text, setText] = useState('');
  const parsed = parseFilter(text);
  const problem = 'problem' in parsed ? parsed.problem : null;
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (problem) return;
    addStop(text);
    setText('');
  };
  return (
    <form className="new-stop" onSubmit={add} aria-label={words.marks.addStop}>
      <input
        type="text"
        value={text}
        spellCheck={false}
        autoComplete="off"
        placeholder="kind:kvm_mmu_set_spte gfn=0x10"
        aria-label={words.marks.stopLabel}
        aria-invalid={problem !== null}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" disabled={text.trim() === '' || problem !== null}>
        {words.marks.add}
      </button>
      {problem && <FilterProblemText text={text} problem={problem} />}
    </form>
  );
}

/** Where playing stops: listed, switched on and off, removed. */
export function StopList() {
  const words = useWords();
  const stops = useStops((state) => state.stops);
  return (
    <section className="stops" aria-label={words.marks.stops}>
      <h3>
        {words.marks.stops} <small>{words.marks.stopsNote}</small>
      </h3>
      {stops.length === 0 && <p className="none">{words.marks.noStops}</p>}
      <ul>
        {stops.map((stop) => (
          <Row key={stop.text} stop={stop} />
        ))}
      </ul>
      {stops.length < MOST_STOPS ? (
        <>
          <QuickStops />
          <NewStop />
        </>
      ) : (
        <p className="none">{words.marks.full(MOST_STOPS)}</p>
      )}
    </section>
  );
}
