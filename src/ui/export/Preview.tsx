import type { ReactNode } from 'react';
import { useWords } from '#ui/words/language.ts';

/** What will leave the page, to look at before. */
export function Preview({ children }: { readonly children: ReactNode }) {
  const words = useWords().sharing;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="export-preview" tabIndex={0} aria-label={words.preview}>
      {children}
    </section>
  );
}
