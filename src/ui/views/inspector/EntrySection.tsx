import type { Moment } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import { useWords } from '#ui/words/language.ts';
import { BitList, BitStrip } from './BitStrip.tsx';
import { EntryChangeBar } from './ChangeBar.tsx';
import type { EntryModel } from './entry-model.ts';
import type { FlipMaker } from './flip-maker.ts';
import { FactList, HistoryList, PlaceLists } from './Lists.tsx';
import { useFlipping } from './use-flipping.ts';
import { useFlips } from './use-flips.ts';

type EntryPlace = Extract<Place, { kind: 'entry' }>;

const entryFlips = (maker: FlipMaker, moment: Moment, place: EntryPlace) => maker.entryFlips(moment, place);

interface Props {
  readonly model: EntryModel;
  readonly moment: Moment;
  readonly place: EntryPlace;
}

/** An entry, bit by bit. */
export function EntrySection({ model, moment, place }: Props) {
  const words = useWords();
  const [flips, flipsNow] = useFlips(entryFlips, moment, place);
  const flipping = useFlipping(moment, place, flipsNow);
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
