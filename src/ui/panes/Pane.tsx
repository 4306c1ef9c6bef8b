import { type ReactNode, useState } from 'react';
import type { PaneId } from '#ui/arrangement.ts';
import { foldPane, maximisePane, useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';
import type { PaneState } from './layout.ts';

const ICONS = {
  maximise: 'M2.5 2.5h7v7h-7Z',
  restore: 'M2.5 4.5h5v5h-5ZM4.5 4.5v-2h5v5h-2',
  fold: 'M2 6h8',
  unfold: 'M2 6h8M6 2v8',
} as const;

const Icon = ({ name }: { readonly name: keyof typeof ICONS }) => (
  <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
    <path d={ICONS[name]} fill="none" stroke="currentColor" strokeWidth="1.3" />
  </svg>
);

/** Folding and maximising, at the end of a pane's title. */
export function PaneButtons({
  id,
  state,
  title,
}: {
  readonly id: PaneId;
  readonly state: PaneState;
  readonly title: string;
}) {
  const words = useWords();
  const isMaximised = useStudio(({ arrangement }) => arrangement.maximised === id);
  const isFolded = state === 'folded';
  const fold = isFolded ? words.layout.unfold(title) : words.layout.fold(title);
  const maximise = isMaximised ? words.layout.restore(title) : words.layout.maximise(title);
  return (
    <span className="pane-buttons">
      {!isMaximised && (
        <button
          type="button"
          aria-expanded={!isFolded}
          aria-label={fold}
          title={fold}
          onClick={() => foldPane(id, !isFolded)}
        >
          <Icon name={isFolded ? 'unfold' : 'fold'} />
        </button>
      )}
      <button
        type="button"
        aria-pressed={isMaximised}
        aria-label={maximise}
        title={maximise}
        onClick={() => maximisePane(isMaximised ? null : id)}
      >
        <Icon name={isMaximised ? 'restore' : 'maximise'} />
      </button>
    </span>
  );
}

/** What a pane holds: made when it is first seen, and kept while the pane is folded. */
export function PaneBody({ state, children }: { readonly state: PaneState; readonly children: ReactNode }) {
  const isOpen = state === 'open';
  const [wasOpen, setWasOpen] = useState(isOpen);
  if (isOpen && !wasOpen) setWasOpen(true);
  return (
    <div className="pane-body" hidden={!isOpen}>
      {wasOpen && children}
    </div>
  );
}

interface PaneProps {
  readonly id: PaneId;
  readonly state: PaneState;
  readonly title: string;
  /** What can be done, beside the title. */
  readonly tools?: ReactNode;
  /** One line about what is shown, at the right of the title. */
  readonly note?: ReactNode;
  /** Choices of what to show, in place of the title. */
  readonly tabs?: ReactNode;
  readonly children: ReactNode;
}

/** A view with its title. */
export function Pane({ id, state, title, tools, note, tabs, children }: PaneProps) {
  return (
    <section className={`pane ${state}`} data-pane={id} aria-label={title} hidden={state === 'away'}>
      <div className="pane-head">
        {tabs ?? <h2>{title}</h2>}
        {tools && state === 'open' && <span className="pane-buttons">{tools}</span>}
        <span className="pane-note">{state === 'open' && note}</span>
        <PaneButtons id={id} state={state} title={title} />
      </div>
      <PaneBody state={state}>{children}</PaneBody>
    </section>
  );
}
