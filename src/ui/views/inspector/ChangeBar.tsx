import { type ReactNode, useState } from 'react';
import { insertionOf } from '#scenario/insert.ts';
import { isEmbedded } from '#ui/embed.ts';
import { useWords } from '#ui/words/language.ts';
import { EntryForm } from './EntryForm.tsx';
import { type EntryFlips, type Flips, UNKNOWN } from './flips.ts';
import type { Flipping } from './use-flipping.ts';

/** What a flip would put in, or what can be done; why nothing can. Room for it as long as that is not known. */
function Preview({ flips, flipping }: { readonly flips: Flips; readonly flipping: Flipping }) {
  const { edits } = useWords();
  if (flips === UNKNOWN) return <p />;
  const shown = flipping.shown === null ? null : flips.of(flipping.shown);
  if (flips.refusal) return <p>{edits.refusals[flips.refusal]}</p>;
  if (!shown) return <p>{edits.hint}</p>;
  return (
    <p>
      <code className="preview">{edits.preview(shown.insertion.setup, shown.insertion.steps)}</code>
    </p>
  );
}

/** Below the bits, in sight wherever one is among them: what a flip puts into the text. */
export function ChangeBar({
  flips,
  flipping,
  hasForm = false,
  children,
}: {
  readonly flips: Flips;
  readonly flipping: Flipping;
  /** A form stands in place of the preview. */
  readonly hasForm?: boolean;
  readonly children?: ReactNode;
}) {
  if (isEmbedded()) return null;
  return (
    <div className={`change-bar${flips.refusal || flips === UNKNOWN ? '' : ' sticky'}`}>
      {!hasForm && <Preview flips={flips} flipping={flipping} />}
      {children}
    </div>
  );
}

interface EntryProps {
  readonly flips: EntryFlips;
  readonly flipping: Flipping;
}

/** Statements of the host that change an entry, each with what it does. */
function HostStatements({ flips: { hostStatements }, flipping }: EntryProps) {
  const { edits, statements } = useWords();
  if (hostStatements.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form's fields
    <div className="host-statements" role="group" aria-label={edits.host}>
      <span>{edits.host}</span>
      {hostStatements.map((statement) => (
        <button
          key={statement}
          type="button"
          className="tool"
          title={statements.help(statement.split(' ').slice(0, 2).join(' '))}
          onClick={() => flipping.make(insertionOf(statement))}
        >
          <code>{statement}</code>
        </button>
      ))}
    </div>
  );
}

/** The same for an entry: also a new value for all of it, or what the host can do. */
export function EntryChangeBar({ flips, flipping }: EntryProps) {
  const { edits } = useWords();
  const [isOpen, setOpen] = useState(false);
  const { edit } = flips;
  return (
    <ChangeBar flips={flips} flipping={flipping} hasForm={edit !== null && isOpen}>
      <HostStatements flips={flips} flipping={flipping} />
      {edit && !isOpen && (
        <button type="button" className="tool" onClick={() => setOpen(true)}>
          {edits.change}
        </button>
      )}
      {flips === UNKNOWN && (
        <button type="button" className="tool room" disabled>
          &nbsp;
        </button>
      )}
      {edit && isOpen && <EntryForm edit={edit} onDone={flipping.make} onClose={() => setOpen(false)} />}
    </ChangeBar>
  );
}
