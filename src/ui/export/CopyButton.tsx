import { useState } from 'react';
import { tell } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';

/** How long a button says that it has copied, in milliseconds. */
const SAID = 2000;

/** Copies a text, and says so. */
export function CopyButton({ text }: { readonly text: () => string }) {
  const words = useWords().sharing;
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setCopied(true);
      setTimeout(() => setCopied(false), SAID);
    } catch {
      tell({ tone: 'notice', text: ({ sharing }) => sharing.noCopy });
    }
  };
  return (
    <button type="button" className="button" onClick={copy}>
      <span aria-live="polite">{isCopied ? words.copied : words.copy}</span>
    </button>
  );
}
