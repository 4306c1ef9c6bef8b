import { Prose } from '#ui/design/Prose.tsx';
import { sentence } from '#ui/sentence/sentence.ts';
import { useWords } from '#ui/words/language.ts';
import { eventNumber } from './moment.ts';
import { useMoment } from './session.ts';

/** What just happened, and why: told to screen readers too. */
export function SentencePane() {
  const words = useWords();
  const moment = useMoment();
  const text = moment ? sentence(words, moment) : [words.sentence.empty];
  return (
    <section className="sentence" aria-label={words.sentence.title}>
      <h2>
        <b className="event-number">{moment ? eventNumber(moment.run, moment.index) : '–'}</b>{' '}
        {words.sentence.title}
      </h2>
      <p aria-live="polite" data-testid="sentence">
        <Prose text={text} />
      </p>
    </section>
  );
}
