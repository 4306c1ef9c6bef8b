// Every kind of event that some scenario makes has a sentence in every language, without gaps.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { EVENTS } from '#machine/events.ts';
import { LogReader, Replay } from '#machine/log-reader.ts';
import { VIEWING_LIMITS } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { runScenario } from '#scenario/run.ts';
import { Names } from '#trace/names.ts';
import { type Moment, momentAt, newRun, type Run } from '#ui/moment.ts';
import { sentence } from '#ui/sentence/sentence.ts';
import { en } from '#ui/words/en.ts';
import { plainText, type Text } from '#ui/words/text.ts';
import { zh } from '#ui/words/zh.ts';
import { GOLDEN, supportedRecordings } from './golden-scenarios.ts';

/** Those whose calls were recorded too: few, and as different as can be. */
const RECORDED = supportedRecordings()
  .filter(({ name }) => existsSync(join(GOLDEN, `${name}.calls`)))
  .map(({ text }) => text);

/** Events of one kind that are looked at, over all scenarios. */
const SAMPLES = 6;

function runOf(text: string): Run {
  const { scenario } = load(text);
  const result = scenario && runScenario(scenario, VIEWING_LIMITS);
  if (!result || 'problems' in result) throw new Error('the scenario does not run');
  const reader = new LogReader(result.log);
  return newRun({ text, scenario, reader, replay: new Replay(reader), names: new Names(reader) });
}

/** Some events of each kind, from as many scenarios as possible. */
function* samples(): Generator<Moment> {
  const seen = new Map<number, number>();
  for (const text of [...Object.values(en.examples), ...RECORDED]) {
    const run = runOf(text);
    const here = new Set<number>();
    for (let index = 0; index < run.reader.length; index++) {
      const kind = run.reader.kind(index);
      const count = seen.get(kind) ?? 0;
      if (count === SAMPLES || here.has(kind)) continue;
      here.add(kind);
      seen.set(kind, count + 1);
      yield momentAt(run, index);
    }
  }
}

const GAP = /undefined|null|NaN|object|[{}]| {2}/;

/** What a sentence says itself: names and values stand in every language as they are. */
const ownWords = (text: Text): string => text.filter((part) => typeof part === 'string').join(' ');

it('every kind of event has a whole sentence in every language', () => {
  const said = new Set<string>();
  for (const moment of samples()) {
    const where = `${moment.run.scenario.title}, event ${moment.index}`;
    said.add(moment.reader.spec(moment.index).name);
    const [english, chinese] = [sentence(en, moment), sentence(zh, moment)];
    expect(plainText(english), where).toMatch(/\.$/);
    expect(plainText(chinese), where).toMatch(/。$/);
    for (const text of [english, chinese]) expect(plainText(text), where).not.toMatch(GAP);
    expect(ownWords(english), where).not.toMatch(/[一-鿿。，：]/);
    // Latin words stand in Chinese for names of the kernel and of the manuals; these do not.
    expect(ownWords(chinese), where).not.toMatch(/\b(the|of|is|to|an?)\b/);
  }
  const missing = EVENTS.filter(({ name }) => !said.has(name)).map(({ name }) => name);
  expect(missing).toEqual([]);
});
