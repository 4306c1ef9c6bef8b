/** What is selected, as the views ask for it: the same answers for all of them, worked out once for each moment. */
import { useMemo } from 'react';
import { type Marks, marksOf, NO_MARKS } from './marks.ts';
import { cursorAt, type Moment, type Run } from './moment.ts';
import { isTablePlace, type Place, type TablePlace } from './place.ts';
import { useMoment } from './session.ts';
import { useStudio } from './store.ts';
import { subjectOf } from './subject.ts';

let latest: { readonly moment: Moment; readonly selection: Place | null; readonly marks: Marks } | null =
  null;

function currentMarks(moment: Moment, selection: Place | null): Marks {
  if (latest?.moment !== moment || latest.selection !== selection)
    latest = { moment, selection, marks: marksOf(moment, selection) };
  return latest.marks;
}

/** What the selected place is at the cursor; nothing where none is selected. */
export function useMarks(): Marks {
  const moment = useMoment();
  const selection = useStudio((state) => state.selection);
  return moment && selection ? currentMarks(moment, selection) : NO_MARKS;
}

/** The event that is selected; -1 where something else is, or nothing. */
export function useSelectedEvent(run: Run | null): number {
  const selection = useStudio((state) => state.selection);
  if (!run || selection?.kind !== 'event') return -1;
  const { index, exact } = cursorAt(run, selection);
  return exact ? index : -1;
}

/**
 * The entry or the table that matters now: what is selected, or lies where the selection is; else what the event at the cursor is
 * about.
 */
export function useFocus(): TablePlace | null {
  const moment = useMoment();
  const selection = useStudio((state) => state.selection);
  const marks = useMarks();
  const subject = useMemo(() => moment && subjectOf(moment.reader, moment.index, moment.atlas), [moment]);
  if (!selection || selection.kind === 'function' || selection.kind === 'event') return subject;
  return isTablePlace(selection) ? selection : marks.at;
}

/** The marks of what is selected; where nothing is, of what the event at the cursor is about. */
export function useSubjectMarks(): Marks {
  const moment = useMoment();
  const selected = useMarks();
  const focus = useFocus();
  return useMemo(
    () => (selected === NO_MARKS && moment ? marksOf(moment, focus) : selected),
    [selected, moment, focus],
  );
}
