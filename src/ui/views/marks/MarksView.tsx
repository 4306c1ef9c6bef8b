import { useWords } from '#ui/words/language.ts';
import { NoteList } from './NoteList.tsx';
import { StopList } from './StopList.tsx';
import './marks.css';

/** Where playing stops, and what somebody noted. */
export function MarksView() {
  const words = useWords();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="marks" tabIndex={0} aria-label={words.panes.marks}>
      <StopList />
      <NoteList />
    </section>
  );
}
