import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { entryValueText } from '#scenario/entry-value.ts';
import { type Insertion, readEntryValue } from '#scenario/insert.ts';
import { textOf } from '#scenario/messages.ts';
import type { EntryEdit } from '#ui/edit/entry-edit.ts';
import { useStudio } from '#ui/store.ts';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';

interface Props {
  readonly edit: EntryEdit;
  readonly onDone: (insertion: Insertion) => void;
  readonly onClose: () => void;
}

/** What a written value comes to: what is put in, or why nothing is. */
type Reading =
  | { readonly insertion: Insertion; readonly value: string }
  | { readonly note: string; readonly isWrong: boolean };

function reading(words: Words, scenario: string, edit: EntryEdit, written: string): Reading {
  const { form } = words.edits;
  if (written.trim() === '') return { note: form.hint, isWrong: false };
  const read = readEntryValue(scenario, written.trim(), edit.bytes);
  if ('problem' in read) return { note: textOf(words.problems, read.problem), isWrong: true };
  const { value } = read;
  if (value === edit.value) return { note: form.same, isWrong: false };
  return { insertion: edit.insertion(value, written.trim()), value: form.is(`0x${value.toString(16)}`) };
}

/** A new value for a whole entry, as the language writes values. */
export function EntryForm({ edit, onDone, onClose }: Props) {
  const words = useWords();
  const { form, preview } = words.edits;
  const scenario = useStudio((state) => state.text);
  const [written, setWritten] = useState(() => entryValueText(edit.value));
  const read = reading(words, scenario, edit, written);
  const isWrong = 'note' in read && read.isWrong;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!('insertion' in read)) return;
    onClose();
    onDone(read.insertion);
  };
  const cancel = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    onClose();
  };
  return (
    <form className="entry-form" onSubmit={submit} onKeyDown={cancel}>
      <label>
        {form.label}
        <input
          // biome-ignore lint/a11y/noAutofocus: the form was asked for
          autoFocus
          type="text"
          value={written}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={isWrong}
          aria-describedby="entry-form-note"
          onChange={(event) => setWritten(event.target.value)}
        />
      </label>
      <p id="entry-form-note" className={isWrong ? 'fault' : ''} aria-live="polite">
        {'note' in read
          ? read.note
          : `${read.value} · ${preview(read.insertion.setup, read.insertion.steps)}`}
      </p>
      <button type="submit" className="tool" disabled={!('insertion' in read)}>
        {form.submit}
      </button>
      <button type="button" className="tool" onClick={onClose}>
        {form.cancel}
      </button>
    </form>
  );
}
