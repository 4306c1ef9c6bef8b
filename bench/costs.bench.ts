// What counting costs: a whole log of a million events once, then the costs up to any event of it.
import { measure } from 'mitata';
import { Costs } from '#machine/costs.ts';
import { EVENT, WALKER_CPU } from '#machine/events.ts';
import { LogWriter } from '#machine/log.ts';
import { LogReader } from '#machine/log-reader.ts';

const EVENTS = 1_000_000;
const PER_STEP = 20;

function longLog(): LogReader {
  const log = new LogWriter(EVENTS);
  const reason = log.text('#PF');
  for (let event = 0; event < EVENTS; event++) {
    const within = event % PER_STEP;
    if (within === 0) {
      log.emit(EVENT.step, event / PER_STEP + 1);
      log.beginStep();
    } else if (within === 1) log.emit(EVENT.access);
    else if (within === 7) log.emit(EVENT.exit, reason);
    else log.emit(EVENT.reference, WALKER_CPU, 0, 0, 0, 0, 4096);
  }
  return new LogReader(log.finish(new Int32Array(1)));
}

const reader = longLog();
const costs = new Costs(reader);
const counting = await measure(() => new Costs(reader));
let at = 0;
const asking = await measure(() => {
  at = (at + 617_321) % EVENTS;
  return costs.upTo(at).references;
});
const report = (what: string, ns: number): void =>
  console.log(`${what.padEnd(34)} ${(ns / 1e6).toFixed(3).padStart(10)} ms`);
report(`count ${EVENTS.toLocaleString('en')} events`, counting.p50);
report('costs up to any one of them', asking.p50);
