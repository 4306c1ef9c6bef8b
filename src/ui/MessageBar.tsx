import { useWords } from '#ui/words/language.ts';
import { type Message, tell, useStudio } from './store.ts';

function MessageBox({ message: { tone, text, actions = [] } }: { readonly message: Message }) {
  const words = useWords();
  return (
    <div className={`message ${tone}`} role="alert">
      <p>{text(words)}</p>
      {actions.map(({ label, run }) => (
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

/** What the page has to tell, until it is dismissed. */
export function MessageBar() {
  const message = useStudio((state) => state.message);
  return message && message.tone !== 'edit' && <MessageBox message={message} />;
}

/** What an edit did, with the way back: where it moves nothing of what was pressed. */
export function EditMessage() {
  const message = useStudio((state) => state.message);
  return message?.tone === 'edit' && <MessageBox message={message} />;
}
