import { useDeferredValue, useMemo } from 'react';
import type { Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import { useWords } from '#ui/words/language.ts';
import { BitList, BitStrip } from './BitStrip.tsx';
import { EntryChangeBar } from './ChangeBar.tsx';
import type { EntryModel } from './entry-model.ts';
import { type EntryFlips, STALE, UNKNOWN } from './flips.ts';
import { FactList, HistoryList, PlaceLists } from './Lists.tsx';
import { useFlipMaker } from './use-flip-maker.ts';
import { useFlipping, useIsRunnable } from './use-flipping.ts';

type EntryPlace = Extract<Place, { kind: 'entry' }>;

/**
 * What flips the bits of an entry. It is worked out when there is time, for it is the state of a later moment; what is pressed is
 * looked up anew.
 */
function useEntryFlips(moment: Moment, place: EntryPlace): EntryFlips {
  const maker = useFlipMaker();
  const now = useMemo(() => ({ moment, place }), [moment, place]);
  const seen = useDeferredValue(now);
  const flips = useMemo(() => maker?.entryFlips(seen.moment, seen.place) ?? UNKNOWN, [maker, seen]);
  return useIsRunnable() ? flips : STALE;
}

interface Props {
  readonly model: EntryModel;
  readonly moment: Moment;
  readonly place: EntryPlace;
}

/** An entry, bit by bit. */
export function EntrySection({ model, moment, place }: Props) {
  const words = useWords();
  const flips = useEntryFlips(moment, place);
  const maker = useFlipMaker();
  const flipping = useFlipping(moment, place, () => maker?.entryFlips(moment, place) ?? UNKNOWN);
  return (
    <>
      <h3 className="inspector-title">
        <code>{model.title}</code> <small>{model.subtitle}</small>
      </h3>
      <p className="inspector-value">
        <b className={model.text.space}>{model.text.address}</b> <span>{model.text.flags}</span>{' '}
        <small>{model.plain}</small>
      </p>
      <BitStrip model={model} flips={flips} flipping={flipping} />
      <FactList facts={model.facts} />
      <PlaceLists lists={model.lists} />
      <h4>{words.inspector.bits}</h4>
      <BitList bits={model.bits} flips={flips} flipping={flipping} />
      <EntryChangeBar flips={flips} flipping={flipping} />
      <h4>{words.inspector.history}</h4>
      <HistoryList rows={model.history} cursor={moment.index} />
    </>
  );
}
