import { type ChangeEvent, useEffect, useState } from 'react';
import { useLanguage, useWords } from '#ui/words/language.ts';
import { openFile, openReadable, PICKER_ID } from './open.ts';
import './opening.css';

/** Where pasted text belongs to a field. */
const FIELDS = 'input, textarea, select, [contenteditable="true"]';
/** Milliseconds without a sign of it after which a drag has left the page. */
const GONE = 200;

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

function paste(event: ClipboardEvent): void {
  if (event.target instanceof Element && event.target.closest(FIELDS)) return;
  const text = event.clipboardData?.getData('text/plain') ?? '';
  const [file] = event.clipboardData?.files ?? [];
  if (file) void openFile(file);
  else if (text.trim() !== '') openReadable(text, useLanguage.getState().words.opening.pasted);
}

function drop(event: DragEvent): void {
  const [file] = event.dataTransfer?.files ?? [];
  if (file) void openFile(file);
}

/** Whether files are dragged over the page; takes the ones that are dropped. */
function useDrop(): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const take = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      // Before the editor, which would type the file into the text.
      event.preventDefault();
      event.stopPropagation();
      clearTimeout(timer);
      if (event.type === 'drop') drop(event);
      else timer = setTimeout(() => setOver(false), GONE);
      setOver(event.type !== 'drop');
    };
    addEventListener('dragover', take, true);
    addEventListener('drop', take, true);
    return () => {
      clearTimeout(timer);
      removeEventListener('dragover', take, true);
      removeEventListener('drop', take, true);
    };
  }, []);
  return isOver;
}

/** Takes files that are chosen or dropped, and pasted text. */
export function Inlet() {
  const words = useWords().opening;
  const isOver = useDrop();
  useEffect(() => {
    addEventListener('paste', paste);
    return () => removeEventListener('paste', paste);
  }, []);
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? [];
    if (file) void openFile(file);
    // So that the same file can be chosen again.
    target.value = '';
  };
  return (
    <>
      <input
        id={PICKER_ID}
        type="file"
        accept=".scn,.txt,text/plain"
        hidden
        aria-label={words.file}
        onChange={choose}
      />
      {isOver && <div className="drop-sign">{words.drop}</div>}
    </>
  );
}
