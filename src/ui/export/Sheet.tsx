import type { Ref } from 'react';
import { momentAddress } from '#ui/address-bar.ts';
import { TABS } from '#ui/arrangement.ts';
import { machineText } from '#ui/machine-text.ts';
import { eventNumber, type Moment } from '#ui/moment.ts';
import { VIEWS } from '#ui/panes/views.tsx';
import { TimelineView } from '#ui/views/timeline/TimelineView.tsx';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';

export const PICTURES = [...TABS, 'timeline'] as const;
/** What there can be a picture of. */
export type PictureId = (typeof PICTURES)[number];

export const pictureName = (id: PictureId, words: Words): string =>
  id === 'timeline' ? words.sharing.views.timeline : words.panes[id];

/** Which moment a picture is of, in words. */
export function momentText({ run, reader, index }: Moment, view: string, words: Words['sharing']): string {
  const step = reader.stepOf(index);
  const statement = step < 0 ? '' : reader.text(reader.payload(reader.stepStart(step), 1));
  const where = words.moment(view, eventNumber(run, index), run.story.length);
  return step < 0 ? where : `${where} · ${words.step(step + 1, statement)}`;
}

interface SheetProps {
  readonly view: PictureId;
  readonly moment: Moment;
  readonly width: number;
  readonly ref: Ref<HTMLElement>;
  readonly bodyRef: Ref<HTMLDivElement>;
}

/** A view on paper, with its caption: what pictures are made from. It is drawn outside of the page. */
export function Sheet({ view, moment, width, ref, bodyRef }: SheetProps) {
  const words = useWords();
  const View = view === 'timeline' ? null : VIEWS[view];
  const { scenario } = moment.run;
  const link = momentAddress();
  return (
    <figure className="sheet" ref={ref} style={{ width }} inert aria-hidden="true">
      <div className="sheet-body" ref={bodyRef}>
        {View ? <View /> : <TimelineView isVector />}
      </div>
      <figcaption>
        <p>
          <b>{scenario.title}</b> {machineText(scenario, words)}
        </p>
        <p>{momentText(moment, pictureName(view, words), words.sharing)}</p>
        <p>
          <a href={link}>{link}</a>
        </p>
      </figcaption>
    </figure>
  );
}
