import { useState } from 'react';
import { isCall } from '#machine/events.ts';
import { type MailEvent, mailText } from '#trace/mail.ts';
import { momentAddress } from '#ui/address-bar.ts';
import { machineText } from '#ui/machine-text.ts';
import { eventNumber, type Moment } from '#ui/moment.ts';
import type { Sequence } from '#ui/sequence.ts';
import { useSequence } from '#ui/session.ts';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';
import { CopyButton } from './CopyButton.tsx';
import { download, fileName, textFile } from './files.ts';
import { Preview } from './Preview.tsx';
import type { TabProps } from './tab.ts';

/** Events that a mail may have. */
const MOST = 500;

/** Numbers of the first and the last event. */
interface Range {
  readonly first: number;
  readonly last: number;
}

/** The events of the step at the cursor. */
function stepRange({ run, reader, index }: Moment): Range {
  const step = reader.stepOf(index);
  const start = step < 0 ? 0 : reader.stepStart(step);
  return { first: eventNumber(run, start), last: eventNumber(run, reader.stepEnd(step) - 1) };
}

function eventsIn({ run, reader }: Moment, sequence: Sequence, { first, last }: Range): MailEvent[] {
  const events: MailEvent[] = [];
  for (let rank = 0; rank < sequence.length && events.length < MOST; rank++) {
    const index = sequence.at(rank);
    const number = eventNumber(run, index);
    if (number > last) break;
    if (number >= first) events.push({ index, number: isCall(reader.kind(index)) ? null : number });
  }
  return events;
}

function textOf(moment: Moment, sequence: Sequence, range: Range, words: Words): string {
  const { run, reader, names } = moment;
  const { first, last } = range;
  const heading = [
    run.scenario.title,
    `${machineText(run.scenario, words)} · ${words.sharing.range(first, last, run.story.length)}`,
  ].filter(Boolean);
  return mailText(reader, names, eventsIn(moment, sequence, range), { heading, link: momentAddress() });
}

function NumberField(props: {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly onChange: (value: number) => void;
}) {
  const { label, value, least, most, onChange } = props;
  return (
    <label>
      {label}{' '}
      <input
        type="number"
        min={least}
        max={most}
        value={value}
        onChange={({ target }) => {
          const number = target.valueAsNumber;
          if (Number.isInteger(number)) onChange(Math.min(most, Math.max(least, number)));
        }}
      />
    </label>
  );
}

/** Some events as text of 72 columns, with the link under them. */
export function MailTab({ moment }: TabProps) {
  const words = useWords();
  const sequence = useSequence(moment.run) ?? moment.run.story;
  const [range, setRange] = useState(() => stepRange(moment));
  const all = moment.run.story.length;
  const text = textOf(moment, sequence, range, words);
  return (
    <>
      <p className="export-choices">
        <NumberField
          label={words.sharing.from}
          value={range.first}
          least={1}
          most={all}
          onChange={(first) => setRange({ first, last: Math.max(first, range.last) })}
        />
        <NumberField
          label={words.sharing.to}
          value={range.last}
          least={1}
          most={all}
          onChange={(last) => setRange({ first: Math.min(range.first, last), last })}
        />
        <small>{words.sharing.mailHelp}</small>
      </p>
      <Preview>
        <pre>{text}</pre>
      </Preview>
      <p className="export-actions">
        <CopyButton text={() => text} />
        <button
          type="button"
          className="button"
          onClick={() => download(fileName(moment.run.scenario.title, 'mail', 'txt'), textFile(text))}
        >
          {words.sharing.save} .txt
        </button>
      </p>
    </>
  );
}
