import { goTo } from '#ui/jumps.ts';
import { cursorPlace, eventNumber, type Moment, type Run } from '#ui/moment.ts';
import { useWords } from '#ui/words/language.ts';
import { eventModel } from './event-model.ts';
import type { ThingModel } from './facts.ts';
import { FactList, PlaceLists } from './Lists.tsx';
import { registerFacts } from './processor-model.ts';

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
