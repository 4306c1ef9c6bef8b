/** CodeMirror for one statement: the scenario language's colours and completion, and no second line. */
import {
  autocompletion,
  closeCompletion,
  completionKeymap,
  currentCompletions,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { syntaxHighlighting } from '@codemirror/language';
import { EditorState, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, keymap } from '@codemirror/view';
import type { Words } from '#ui/words/en.ts';
import { colours } from './code-editor.ts';
import { completion, scenarioLanguage } from './language.ts';

/** Characters of the line. */
interface Part {
  readonly from: number;
  readonly to: number;
}

const setWrong = StateEffect.define<Part | null>();
const wrong = Decoration.mark({ class: 'insert-wrong' });

const wrongField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    const effect = transaction.effects.findLast((each) => each.is(setWrong));
    if (!effect) return marks.map(transaction.changes);
    const part = effect.value as Part | null;
    const to = Math.min(part?.to ?? 0, transaction.newDoc.length);
    return part && part.from < to ? Decoration.set([wrong.range(part.from, to)]) : Decoration.none;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** A running line. */
export interface LineEditor {
  /** Closes completion; false if it offers nothing. */
  closeCompletion(): boolean;
  /** Marks the part that is wrong; null for nothing. */
  setWrong(part: Part | null): void;
  focus(): void;
  destroy(): void;
}

interface Listeners {
  /** Told of every change. */
  readonly onEdit: (text: string) => void;
  readonly onEnter: () => void;
}

/** The first line of a text that says something. */
const firstLine = (text: string): string => text.split(/\r\n|\r|\n/).find((line) => line.trim() !== '') ?? '';

/** @param label its name for screen readers @param describedBy id of what is wrong with it */
export function createLine(
  parent: HTMLElement,
  words: Words,
  describedBy: string,
  { onEdit, onEnter }: Listeners,
): LineEditor {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      extensions: [
        history(),
        scenarioLanguage,
        wrongField,
        syntaxHighlighting(colours),
        EditorState.phrases.of(words.editor.phrases),
        EditorState.transactionFilter.of((change) => (change.newDoc.lines > 1 ? [] : change)),
        EditorView.clipboardInputFilter.of(firstLine),
        EditorView.contentAttributes.of({
          'aria-label': words.edits.insert.label,
          'aria-describedby': describedBy,
        }),
        autocompletion({ override: [completion(words.statements)], icons: false }),
        // Behind the keys of completion, which come first where it is open.
        keymap.of([
          ...completionKeymap,
          {
            key: 'Enter',
            run: () => {
              onEnter();
              return true;
            },
          },
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onEdit(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    closeCompletion: () => currentCompletions(view.state).length > 0 && closeCompletion(view),
    setWrong: (part) => view.dispatch({ effects: setWrong.of(part) }),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
