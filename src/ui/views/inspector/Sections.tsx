import { useMemo } from 'react';
import { hostStatements } from '#ui/edit/host-statements.ts';
import { isBitRegister } from '#ui/edit/register-edit.ts';
import { isEmbedded } from '#ui/embed.ts';
import { goTo } from '#ui/jumps.ts';
import { cursorPlace, eventNumber, type Moment, type Run } from '#ui/moment.ts';
import type { Place } from '#ui/place.ts';
import { useSession } from '#ui/session.ts';
import { useWords } from '#ui/words/language.ts';
import { BitList, BitStrip } from './BitStrip.tsx';
import { ChangeBar, EntryChangeBar } from './ChangeBar.tsx';
import type { EntryModel } from './entry-model.ts';
import { eventModel } from './event-model.ts';
import type { ThingModel } from './facts.ts';
import { type EntryFlips, entryFlips, registerFlips, STALE } from './flips.ts';
import { FactList, HistoryList, PlaceLists } from './Lists.tsx';
import { registerFacts, registerRows } from './processor-model.ts';
import { useFlipping } from './use-flipping.ts';

type EntryPlace = Extract<Place, { kind: 'entry' }>;
type RegisterPlace = Extract<Place, { kind: 'register' }>;

/** What can be done to an entry at a moment. */
function useEntryFlips(moment: Moment, place: EntryPlace): { flips: EntryFlips; hostStatements: string[] } {
  const isRunnable = useIsRunnable();
  return useMemo(() => {
    const table = moment.atlas.table(place.table);
    if (!table || !isRunnable) return { flips: { ...STALE, edit: null }, hostStatements: [] };
    return {
      flips: entryFlips(moment, table, place.index),
      hostStatements: hostStatements(moment, table, place.index),
    };
  }, [moment, place, isRunnable]);
}

/** Whether statements can be inserted: not while the text has errors, nor in a frame of another page. */
const useIsRunnable = (): boolean => useSession(({ problems }) => problems.length === 0) && !isEmbedded();

/** An entry, bit by bit. */
export function EntrySection({
  model,
  moment,
  place,
}: {
  readonly model: EntryModel;
  readonly moment: Moment;
  readonly place: EntryPlace;
}) {
  const words = useWords();
  const { flips, hostStatements } = useEntryFlips(moment, place);
  const flipping = useFlipping(moment, place);
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
      <EntryChangeBar flips={flips} flipping={flipping} hostStatements={hostStatements} />
      <h4>{words.inspector.history}</h4>
      <HistoryList rows={model.history} cursor={moment.index} />
    </>
  );
}

/** A table, a frame, an address, a register, a function. */
export function ThingSection({ model }: { readonly model: ThingModel }) {
  return (
    <>
      <h3 className="inspector-title">
        <code>{model.title}</code> <small>{model.subtitle}</small>
      </h3>
      <FactList facts={model.facts} />
      <PlaceLists lists={model.lists} />
    </>
  );
}

/** The bits of a control register. */
export function RegisterBits({ moment, place }: { readonly moment: Moment; readonly place: RegisterPlace }) {
  const words = useWords();
  const { cpu, register } = place;
  const isRunnable = useIsRunnable();
  const flipping = useFlipping(moment, place);
  if (!isBitRegister(register) || !moment.atlas.register(cpu, register)) return null;
  const flips = isRunnable ? registerFlips(moment, cpu, register) : STALE;
  return (
    <>
      <h4>{words.inspector.bits}</h4>
      <BitList bits={registerRows(words, moment, cpu, register)} flips={flips} flipping={flipping} />
      <ChangeBar flips={flips} flipping={flipping} />
    </>
  );
}

/** An event, with the way to it, or the way to keep it in view. */
export function EventSection({
  run,
  index,
  isSelected,
}: {
  readonly run: Run;
  readonly index: number;
  readonly isSelected: boolean;
}) {
  const words = useWords();
  const model = eventModel(words, run, index);
  return (
    <section className="inspector-event">
      <h4>
        {words.inspector.event(eventNumber(run, index))} · <code>{model.name}</code>
        {isSelected ? (
          <button type="button" className="tool last" onClick={() => goTo({ event: index })}>
            {words.things.goThere}
          </button>
        ) : (
          <button
            type="button"
            className="tool last"
            title={words.things.selectHelp}
            onClick={() => goTo({ place: { kind: 'event', ...cursorPlace(run, index) } })}
          >
            {words.things.select}
          </button>
        )}
      </h4>
      <FactList facts={model.fields} />
      {model.code && (
        <>
          <h4>{model.code.title}</h4>
          <ul className="error-bits">
            {model.code.bits.map(({ name, isSet, meaning }) => (
              <li key={name} className={isSet ? 'set' : ''}>
                <code>{name}</code> <b>{isSet ? 1 : 0}</b> <span>{meaning}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** The registers of the vCPU that the event belongs to. */
export function RegistersSection({ moment }: { readonly moment: Moment }) {
  const words = useWords();
  const cpu = moment.reader.cpu(moment.index) ?? 0;
  const title = words.things.registers(cpu);
  return (
    <section className="inspector-event" aria-label={title}>
      <h4>{title}</h4>
      <FactList facts={registerFacts(moment, cpu)} />
    </section>
  );
}
