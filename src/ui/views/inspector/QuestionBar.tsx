import { useState } from 'react';
import { filterText } from '#trace/filter/syntax.ts';
import { goTo } from '#ui/jumps.ts';
import type { Moment } from '#ui/moment.ts';
import { type Place, placeText } from '#ui/place.ts';
import { eventsOf, stopFor } from '#ui/place-filter.ts';
import { showFound } from '#ui/search.ts';
import { addStop } from '#ui/stops.ts';
import { useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';
import { answer, type Question, questionsFor } from './questions.ts';

/** An answer in words, and of which place at which event it was asked. */
interface Reply {
  readonly asked: string;
  readonly text: string;
}

const askedOf = (event: number, place: Place): string => `${event} ${placeText(place)}`;

/** The events that have to do with a place: found, or stopped at. */
function PlaceFilters({ moment, place }: { readonly moment: Moment; readonly place: Place }) {
  const words = useWords();
  const events = eventsOf(moment, place);
  const stop = stopFor(moment, place);
  const { stopCall, stopUse, stopHere } = words.marks;
  const isLinear = place.kind === 'address' && place.space === 'gva';
  const label = place.kind === 'function' ? stopCall : isLinear ? stopUse : stopHere;
  return (
    <>
      {events && (
        <button type="button" title={filterText(events)} onClick={() => showFound(filterText(events))}>
          {words.marks.findEvents}
        </button>
      )}
      {stop && (
        <button type="button" title={filterText(stop)} onClick={() => addStop(filterText(stop))}>
          {label}
        </button>
      )}
    </>
  );
}

/** Questions about a place. The answer moves the cursor, with the place selected so that it stays in view. */
export function QuestionBar({ moment, place }: { readonly moment: Moment; readonly place: Place }) {
  const words = useWords();
  const [reply, setReply] = useState<Reply | null>(null);
  const ask = (question: Question) => {
    const event = answer(moment, place, question);
    if (event === null || event === moment.index) {
      const text = event === null ? words.inspector.noAnswer[question] : words.inspector.thisEvent;
      setReply({ asked: askedOf(moment.index, place), text });
      return;
    }
    goTo({ event, place: useStudio.getState().selection ?? place });
  };
  const questions = questionsFor(moment, place);
  if (questions.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form's fields
    <div className="questions" role="group" aria-label={words.inspector.ask}>
      {questions.map((question) => (
        <button
          key={question}
          type="button"
          title={words.inspector.questionHelp[question]}
          onClick={() => ask(question)}
        >
          {words.inspector.questions[question]}
        </button>
      ))}
      <PlaceFilters moment={moment} place={place} />
      <p aria-live="polite">{reply?.asked === askedOf(moment.index, place) ? reply.text : ''}</p>
    </div>
  );
}
