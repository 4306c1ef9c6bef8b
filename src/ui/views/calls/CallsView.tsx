import { useMemo, useState } from 'react';
import { FUNCTIONS, isFunction } from '#hypervisor/functions.ts';
import { eventNumber } from '#ui/moment.ts';
import { PlaceLink } from '#ui/PlaceLink.tsx';
import { useMoment } from '#ui/session.ts';
import { useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';
import { CallTree } from './CallTree.tsx';
import { type CallLine, callLines, lineAt, pathTo } from './model.ts';
import './calls.css';

/** The function that the cursor is in: what it is for, and where the kernel has it. */
function CurrentFunction({ line }: { readonly line: CallLine | undefined }) {
  const words = useWords();
  if (!line) return <p className="current-function">{words.calls.outside}</p>;
  const { name } = line;
  return (
    <p className="current-function">
      <PlaceLink place={{ kind: 'function', name }} className="name">
        {name}
      </PlaceLink>
      {isFunction(name) && (
        <>
          {' '}
          {words.functions[name]} <small>{FUNCTIONS[name].file}</small>
        </>
      )}
    </p>
  );
}

/** The kernel's functions that the step at the cursor goes through, with their events. */
export function CallsView() {
  const words = useWords();
  const moment = useMoment();
  const [onlyTelling, setOnlyTelling] = useState(false);
  const reader = moment?.reader;
  const cursor = moment?.index ?? 0;
  const step = reader ? reader.stepOf(cursor) : -1;
  const lines = useMemo(
    () => (reader ? callLines(reader, step, onlyTelling) : []),
    [reader, step, onlyTelling],
  );
  const selection = useStudio((state) => state.selection);
  const now = lineAt(lines, cursor);
  const path = pathTo(lines, now);
  if (!moment) return null;
  return (
    <div className="calls">
      <div className="calls-head" aria-live="polite">
        <CurrentFunction line={lines[path[0] ?? -1]} />
        <button type="button" aria-pressed={onlyTelling} onClick={() => setOnlyTelling((isOnly) => !isOnly)}>
          {words.calls.onlyTelling}
        </button>
      </div>
      <CallTree
        run={moment.run}
        lines={lines}
        cursor={cursor}
        now={now}
        path={path}
        selected={selection?.kind === 'function' ? selection.name : ''}
        label={words.calls.label(step + 1, eventNumber(moment.run, cursor))}
      />
    </div>
  );
}
