import { Dialog } from 'radix-ui';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { textOf } from '#scenario/messages.ts';
import { useFocusBack } from '#ui/design/focus-back.ts';
import { type CheckedStatement, checkedStatement } from '#ui/edit/checked-statement.ts';
import { putIn } from '#ui/edit/edits.ts';
import { useInsertLine } from '#ui/edit/insert-line.ts';
import { herePlace, useSession } from '#ui/session.ts';
import { useStudio } from '#ui/store.ts';
import { useLanguage, useWords } from '#ui/words/language.ts';
import { createLine, type LineEditor } from './line-editor.ts';
import './insert.css';

const PROBLEM_ID = 'insert-problem';

const close = (): void => useInsertLine.setState({ open: false });

/** Where the statement goes: after the step at the cursor, or, of what prepares the machine, before the first. */
function Destination({
  step,
  checked,
}: {
  readonly step: number;
  readonly checked: CheckedStatement | null;
}) {
  const { insert } = useWords().edits;
  const statement = useSession((state) => state.run?.scenario.steps[step]?.text);
  if (checked && checked.insertion.setup.length > 0) return <p>{insert.setup}</p>;
  return <p>{statement === undefined ? insert.first : insert.after(step + 1, statement)}</p>;
}

interface LineProps {
  readonly line: RefObject<LineEditor | null>;
  readonly onEdit: (text: string) => void;
  readonly onEnter: () => void;
}

/** One line of CodeMirror. */
function Line({ line, onEdit, onEnter }: LineProps) {
  const box = useRef<HTMLDivElement>(null);
  const enter = useRef(onEnter);
  useEffect(() => {
    enter.current = onEnter;
  }, [onEnter]);
  useEffect(() => {
    if (!box.current) return;
    const created = createLine(box.current, useLanguage.getState().words, PROBLEM_ID, {
      onEdit,
      onEnter: () => enter.current(),
    });
    line.current = created;
    return () => created.destroy();
  }, [line, onEdit]);
  return <div className="insert-line" ref={box} />;
}

/** The line, what is wrong in it, and the button that puts it in. */
function Form({ line }: { readonly line: RefObject<LineEditor | null> }) {
  const words = useWords();
  const { insert } = words.edits;
  const [statement, setStatement] = useState('');
  const text = useStudio((state) => state.text);
  const isStale = useSession((state) => state.problems.length > 0);
  const { step } = herePlace();
  const checked = useMemo(
    () => (isStale ? null : checkedStatement(text, statement, step)),
    [isStale, text, statement, step],
  );
  const problem = checked?.problem ?? null;
  const wrong = checked?.wrong ?? null;
  useEffect(() => line.current?.setWrong(wrong), [line, wrong]);
  const submit = () => {
    if (!checked || problem) return;
    close();
    putIn(checked.insertion);
  };
  return (
    <>
      <Destination step={step} checked={checked} />
      <Line line={line} onEdit={setStatement} onEnter={submit} />
      <p id={PROBLEM_ID} className={`insert-state${problem || isStale ? ' wrong' : ''}`} aria-live="polite">
        {isStale ? insert.stale : problem ? textOf(words.problems, problem) : insert.hint}
      </p>
      <div className="insert-buttons">
        <Dialog.Close className="button">{insert.cancel}</Dialog.Close>
        <button
          type="button"
          className="button main"
          disabled={!checked || problem !== null}
          onClick={submit}
        >
          {insert.submit}
        </button>
      </div>
    </>
  );
}

/** A line for one statement, which is inserted after the step at the cursor. */
export function InsertDialog() {
  const { insert } = useWords().edits;
  const line = useRef<LineEditor>(null);
  const focusBack = useFocusBack();
  return (
    <Dialog.Root open onOpenChange={close}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-shade" />
        <Dialog.Content
          className="dialog insert-dialog"
          aria-describedby={undefined}
          onEscapeKeyDown={(event) => line.current?.closeCompletion() && event.preventDefault()}
          onCloseAutoFocus={focusBack}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            line.current?.focus();
          }}
        >
          <Dialog.Title>{insert.title}</Dialog.Title>
          <Form line={line} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
