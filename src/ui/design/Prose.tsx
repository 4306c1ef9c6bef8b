import { PlaceLink, SvgPlaceLink } from '#ui/PlaceLink.tsx';
import type { Text, Value } from '#ui/words/text.ts';

function Word({ value, space, place }: Value) {
  const code = <code className={space ?? ''}>{value}</code>;
  if (!place) return code;
  return (
    <PlaceLink place={place} className="named">
      {code}
    </PlaceLink>
  );
}

/** A sentence: its values in the monospaced face, addresses in the hue of their space; what a value names can be selected. */
export function Prose({ text }: { readonly text: Text }) {
  return text.map((part, i) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other name
    typeof part === 'string' ? part : <Word key={i} {...part} />,
  );
}

/** The same in a drawing, in the drawing's own face. */
export function SvgProse({ text }: { readonly text: Text }) {
  return text.map((part, i) => {
    if (typeof part === 'string' || !part.place) return typeof part === 'string' ? part : part.value;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other name
      <SvgPlaceLink key={i} place={part.place}>
        {part.value}
      </SvgPlaceLink>
    );
  });
}
