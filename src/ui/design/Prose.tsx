import type { Text } from '#ui/words/text.ts';

/** A sentence: its values in the monospaced face, addresses in the hue of their space. */
export function Prose({ text }: { readonly text: Text }) {
  return text.map((part, i) =>
    typeof part === 'string' ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other name
      <code key={i} className={part.space ?? ''}>
        {part.value}
      </code>
    ),
  );
}
