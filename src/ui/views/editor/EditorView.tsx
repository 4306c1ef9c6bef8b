import { useEffect, useMemo, useRef, useState } from 'react';
import { textOf } from '#scenario/messages.ts';
import { keepBoth } from '#ui/compare/cursor.ts';
import { useElementSize } from '#ui/design/element-size.ts';
import { takeTyped } from '#ui/edit/edits.ts';
import { afterNextPaint, whenIdle } from '#ui/idle.ts';
import { useSession } from '#ui/session.ts';
import { useStudio } from '#ui/store.ts';
import { useLanguage, useWords } from '#ui/words/language.ts';
import type { CodeEditor, EditorProblem } from './code-editor.ts';
import './editor.css';

/** Loads CodeMirror into an element, after the views that show the run; null until it is there. */
function useCodeEditor(box: { readonly current: HTMLDivElement | null }): CodeEditor | null {
  const [editor, setEditor] = useState<CodeEditor | null>(null);
  useEffect(() => {
    let created: CodeEditor | null = null;
    let gone = false;
    const load = async () => {
      const { createEditor } = await import('./code-editor.ts');
      if (gone || !box.current) return;
      const { text } = useStudio.getState();
      created = createEditor(box.current, { text, words: useLanguage.getState().words }, takeTyped);
      setEditor(created);
      // What shares the most with it, so that the key for it is followed by typing.
      await import('./InsertDialog.tsx');
    };
    const callOff = whenIdle(load);
    return () => {
      gone = true;
      callOff();
      created?.destroy();
    };
  }, [box]);
  return editor;
}

/** Line of the statement that the cursor is in, where the text is the one that was run. */
function useCurrentLine(): number | null {
  const run = useSession((state) => state.run);
  const cursor = useStudio((state) => state.cursor);
  const text = useStudio((state) => state.text);
  if (!run || run.text !== text) return null;
  return run.scenario.steps[run.reader.stepOf(cursor)]?.span.line ?? null;
}

/** What is wrong with the text, in the page's language. */
function useProblems(): readonly EditorProblem[] {
  const problems = useSession((state) => state.problems);
  const words = useWords();
  return useMemo(
    () => problems.map((problem) => ({ span: problem.span, message: textOf(words.problems, problem) })),
    [problems, words],
  );
}

interface ProblemsProps {
  readonly problems: readonly EditorProblem[];
  readonly editor: CodeEditor | null;
}

function Problems({ problems, editor }: ProblemsProps) {
  const words = useWords();
  if (problems.length === 0) return null;
  return (
    <div className="problems">
      <ul>
        {problems.map((problem) => (
          <li key={`${problem.span.line}:${problem.span.column} ${problem.message}`}>
            <button type="button" onClick={() => editor?.goTo(problem)}>
              <b>
                {problem.span.line}:{problem.span.column}
              </b>{' '}
              {problem.message}
            </button>
          </li>
        ))}
      </ul>
      <p>{words.status.stale}</p>
    </div>
  );
}

/** Where the text was edited: a way to see what the edits changed. */
function Edited() {
  const { compare } = useWords();
  const text = useStudio((state) => state.text);
  const origin = useSession((state) => state.origin);
  if (origin === '' || text === origin) return null;
  return (
    <p className="edited">
      {compare.isEdited}{' '}
      <button type="button" className="button" title={compare.keepHelp} onClick={() => keepBoth(origin)}>
        ⇄ {compare.keep}
      </button>
    </p>
  );
}

/** The scenario's text; every edit is checked at once and run after a pause. */
export function ScenarioEditor() {
  const words = useWords();
  const box = useRef<HTMLDivElement>(null);
  const editor = useCodeEditor(box);
  const text = useStudio((state) => state.text);
  const problems = useProblems();
  const line = useCurrentLine();
  const [measure, size] = useElementSize<HTMLDivElement>();
  useEffect(() => editor?.setWords(words), [editor, words]);
  useEffect(() => editor?.setText(text), [editor, text]);
  // A text of which nothing is known yet has no marks: they come with its problems.
  useEffect(() => editor?.setProblems(problems), [editor, problems]);
  // The editor lays itself out anew for this: not in the frame that shows where the cursor has gone.
  // biome-ignore lint/correctness/useExhaustiveDependencies: in a pane of another size the line is brought into view again
  useEffect(
    () => (editor ? afterNextPaint(() => editor.setCurrentLine(line)) : undefined),
    [editor, line, size],
  );
  return (
    <div className="editor" ref={measure}>
      <div className="editor-box" ref={box}>
        {!editor && (
          <textarea
            value={text}
            aria-label={words.editor.label}
            title={words.editor.loading}
            spellCheck={false}
            onChange={(event) => takeTyped(event.target.value)}
          />
        )}
      </div>
      <Problems problems={problems} editor={editor} />
      <Edited />
    </div>
  );
}
