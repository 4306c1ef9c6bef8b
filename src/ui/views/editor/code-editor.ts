/** CodeMirror with the scenario language; loaded when the page has been shown. It knows nothing of React or of the store. */
import { autocompletion, closeCompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap } from '@codemirror/commands';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import {
  Compartment,
  EditorSelection,
  EditorState,
  type Extension,
  StateEffect,
  StateField,
  type Text,
} from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Span } from '#scenario/scenario.ts';
import type { Words } from '#ui/words/en.ts';
import { changeTo } from './change-to.ts';
import { completion, scenarioLanguage } from './language.ts';

const setCurrentLine = StateEffect.define<number | null>();
const currentLine = Decoration.line({ class: 'cm-statement-now' });

const currentLineField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setCurrentLine)) continue;
      const { doc } = transaction.state;
      if (effect.value === null || effect.value > doc.lines) return Decoration.none;
      return Decoration.set([currentLine.range(doc.line(effect.value).from)]);
    }
    return marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** How the words of a statement are told apart. */
export const colours = HighlightStyle.define([
  { tag: tags.keyword, fontWeight: '700' },
  { tag: tags.modifier, color: 'var(--ink2)', fontWeight: '700' },
  { tag: tags.comment, color: 'var(--ink3)' },
  { tag: tags.number, color: 'var(--gva)' },
  { tag: tags.atom, color: 'var(--gpa)' },
  { tag: tags.propertyName, color: 'var(--ink2)' },
  { tag: tags.invalid, color: 'var(--fault)' },
]);

/** A fault of the text, as it is said to people. */
export interface EditorProblem {
  readonly span: Span;
  readonly message: string;
}

function diagnostic(doc: Text, { span, message }: EditorProblem): Diagnostic {
  const line = doc.line(Math.max(1, Math.min(doc.lines, span.line)));
  const from = Math.min(line.to, line.from + span.column - 1);
  return { from, to: Math.max(from, Math.min(line.to, from + span.length)), severity: 'error', message };
}

/** What is in sight around a line that is scrolled to, at least, in CSS pixels. */
const CONTEXT = 40;

function isInSight(view: EditorView, { from, to }: { readonly from: number; readonly to: number }): boolean {
  const [first, last] = [view.coordsAtPos(from), view.coordsAtPos(to)];
  const box = view.scrollDOM.getBoundingClientRect();
  return first !== null && last !== null && first.top >= box.top && last.bottom <= box.bottom;
}

/** A running editor. */
export interface CodeEditor {
  /** Its name for screen readers, its own texts, and what completion says. */
  setWords(words: Words): void;
  setText(text: string): void;
  setProblems(problems: readonly EditorProblem[]): void;
  /** Marks a line (from 1) as the current statement; null for none. */
  setCurrentLine(line: number | null): void;
  goTo(problem: EditorProblem): void;
  destroy(): void;
}

const EXTENSIONS: Extension = [
  lineNumbers(),
  highlightActiveLineGutter(),
  drawSelection(),
  EditorView.lineWrapping,
  lintGutter(),
  scenarioLanguage,
  syntaxHighlighting(colours),
  highlightSelectionMatches(),
  currentLineField,
  keymap.of([
    { key: 'Escape', run: (target) => closeCompletion(target) },
    ...completionKeymap,
    ...defaultKeymap,
    ...searchKeymap,
  ]),
];

const textsIn = ({ editor, statements }: Words): Extension => [
  EditorState.phrases.of(editor.phrases),
  EditorView.contentAttributes.of({ 'aria-label': editor.label, tabindex: '0' }),
  autocompletion({ override: [completion(statements)], icons: false }),
];

/** @param onEdit told of every change that a person makes */
export function createEditor(
  parent: HTMLElement,
  { text, words }: { readonly text: string; readonly words: Words },
  onEdit: (text: string) => void,
): CodeEditor {
  const texts = new Compartment();
  let silent = false;
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EXTENSIONS,
        texts.of(textsIn(words)),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !silent) onEdit(update.state.doc.toString());
        }),
      ],
    }),
  });
  // The text in it takes the focus, so that the scroller need not.
  view.scrollDOM.removeAttribute('tabindex');
  return {
    setWords: (next) => view.dispatch({ effects: texts.reconfigure(textsIn(next)) }),
    setText(text) {
      const next = text.replace(/\r\n?/g, '\n');
      if (next === view.state.doc.toString()) return;
      silent = true;
      view.dispatch(changeTo(view.state.doc.toString(), next, view.hasFocus));
      silent = false;
    },
    setProblems: (problems) =>
      view.dispatch(
        setDiagnostics(
          view.state,
          problems.map((problem) => diagnostic(view.state.doc, problem)),
        ),
      ),
    setCurrentLine(line) {
      const effects: StateEffect<unknown>[] = [setCurrentLine.of(line)];
      if (line !== null && line <= view.state.doc.lines && !view.hasFocus) {
        const { from, to } = view.state.doc.line(line);
        if (!isInSight(view, { from, to }))
          effects.push(EditorView.scrollIntoView(EditorSelection.range(from, to), { yMargin: CONTEXT }));
      }
      view.dispatch({ effects });
    },
    goTo(problem) {
      const { from } = diagnostic(view.state.doc, problem);
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}
