import { FILTER_ID, useKeySheet } from '#ui/commands.ts';
import { FilterProblemText } from '#ui/FilterProblemText.tsx';
import { foundSequence, goToFound, search, useSearch } from '#ui/search.ts';
import { DETAILS, type Detail } from '#ui/sequence.ts';
import { arrange, useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';

/** Which events there are to step through. */
export function DetailChoice() {
  const words = useWords();
  const detail = useStudio((state) => state.arrangement.detail);
  return (
    <label className="detail-choice" title={words.timeline.detailHelp}>
      {words.timeline.detail}
      <select value={detail} onChange={(event) => arrange({ detail: event.target.value as Detail })}>
        {DETAILS.map((level) => (
          <option key={level} value={level}>
            {words.timeline.details[level]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** How many events are found; which of them the cursor is at. */
function Count() {
  const words = useWords();
  const found = useSearch((state) => state.found);
  const cursor = useStudio((state) => state.cursor);
  const events = foundSequence(found);
  if (!found || !events) return null;
  const rank = events.rank(cursor);
  const isOne = rank >= 0 && events.at(rank) === cursor;
  return (
    <span className="search-count">
      {isOne && found.isDone
        ? words.search.foundAt(rank + 1, events.length)
        : words.search.found(events.length, found.isDone)}
    </span>
  );
}

/** Where one searches the events, and the way from one that is found to the next. */
export function SearchBox() {
  const words = useWords();
  const { text, problem } = useSearch();
  const hasFound = useSearch((state) => state.found !== null);
  return (
    <search className="event-search">
      <span aria-live="polite">
        <Count />
      </span>
      {hasFound && (
        <span className="search-steps">
          <button type="button" aria-label={words.search.previous} onClick={() => goToFound(-1)}>
            ↑
          </button>
          <button type="button" aria-label={words.search.next} onClick={() => goToFound(1)}>
            ↓
          </button>
        </span>
      )}
      <span className="search-field">
        <input
          id={FILTER_ID}
          type="search"
          value={text}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          placeholder={`${words.search.placeholder}  /`}
          aria-label={words.search.label}
          aria-invalid={problem !== null}
          aria-describedby={problem ? 'search-problem' : undefined}
          onChange={(event) => search(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') goToFound(event.shiftKey ? -1 : 1);
            if (event.key !== 'Escape') return;
            // A browser would empty the box; here it only lets go of the keys.
            event.preventDefault();
            event.currentTarget.blur();
          }}
        />
        <button
          type="button"
          className="search-help"
          aria-label={words.search.help}
          title={words.search.help}
          onClick={() => useKeySheet.setState({ open: true })}
        >
          ?
        </button>
        {problem && <FilterProblemText id="search-problem" text={text} problem={problem} />}
      </span>
    </search>
  );
}
