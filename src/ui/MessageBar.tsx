import { useWords } from '#ui/words/language.ts';
import { tell, useStudio } from './store.ts';

/** What the page has to tell, until it is dismissed. */
export function MessageBar() {
  const words = useWords();
  const message = useStudio((state) => state.message);
  if (!message) return null;
  return (
    <div className={`message ${message.tone}`} role="alert">
      <p>{message.text(words)}</p>
      {message.actions?.map(({ label, run }) => (
        <button key={label(words)} type="button" onClick={run}>
          {label(words)}
        </button>
      ))}
      <button type="button" onClick={() => tell(null)}>
        {words.messages.dismiss}
      </button>
    </div>
  );
}
