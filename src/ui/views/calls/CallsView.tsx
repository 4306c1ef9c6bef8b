import { useMemo, useState } from 'react';
import { FUNCTIONS } from '#hypervisor/functions.ts';
import { eventNumber } from '#ui/moment.ts';
import { useMoment } from '#ui/session.ts';
import { useWords } from '#ui/words/language.ts';
import { CallTree } from './CallTree.tsx';
import { type CallLine, callLines, isFunction, lineAt, pathTo } from './model.ts';
import './calls.css';

/** The function that the cursor is in: what it is for, and where the kernel has it. */
function CurrentFunction({ line }: { readonly line: CallLine | undefined }) {
  const words = useWords();
  if (!line) return <p className="current-function">{words.calls.outside}</p>;
  const { name } = line;
  return (
    <p className="current-function">
      <code>{name}</code>
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
        label={words.calls.label(step + 1, eventNumber(moment.run, cursor))}
      />
    </div>
  );
}
