// What a filter costs on a log of a million events: the whole scan, in slices of 8 ms, and the longest slice.

import { EVENT, WALKER_CPU } from '#machine/events.ts';
import { LogWriter } from '#machine/log.ts';
import { LogReader } from '#machine/log-reader.ts';
import { HEADER } from '#machine/words.ts';
import { compile } from '#trace/filter/compile.ts';
import { parseFilter } from '#trace/filter/parse.ts';
import { Scan } from '#trace/filter/scan.ts';
import { Names } from '#trace/names.ts';

const EVENTS = 1_000_000;
const PER_STEP = 20;
const SLICE = 8;

function longLog(): LogReader {
  const log = new LogWriter(EVENTS, true);
  const statement = log.text('write 0x10000 1');
  const fn = log.text('mmu_set_spte');
  for (let event = 0; event < EVENTS; event++) {
    const within = event % PER_STEP;
    if (within === 0) {
      log.emit(EVENT.step, event / PER_STEP + 1, statement);
      log.beginStep();
    } else if (within === 1) log.emit(EVENT.access, 0, 0x10000, 2);
    else if (within === 9) log.emit(EVENT.call, fn);
    else if (within === 10) {
      log.change(5 * 1024 + 32, event, event + 1);
      log.emit(EVENT.kvm_mmu_set_spte, 0x10, 0x55, 0xe67, 0x10f, 3, 5 * 1024 + 32);
    } else if (within === 11) log.emit(EVENT.return, fn);
    else log.emit(EVENT.reference, WALKER_CPU | (1 << 8), 0, 0x5080, 0x55, 0x67, 5 * 1024 + 32);
  }
  const base = new Int32Array(1024);
  base[HEADER.hypervisor] = 1;
  return new LogReader(log.finish(base));
}

const reader = longLog();
const source = { reader, names: new Names(reader), guestMemory: () => 4096 };

for (const text of [
  'kind:kvm_mmu_set_spte',
  'gfn=0x10 level>=1',
  'fn:mmu_set_spte',
  '"write"',
  'entry:103[010]',
  '-(step:3..9000 or spte.w=1)',
]) {
  const parsed = parseFilter(text);
  if ('problem' in parsed) throw new Error(text);
  const started = performance.now();
  const scan = new Scan(compile(parsed.filter, source), reader.length);
  let longest = 0;
  while (!scan.isDone) {
    const begun = performance.now();
    scan.advance(() => performance.now() - begun < SLICE);
    longest = Math.max(longest, performance.now() - begun);
  }
  const total = performance.now() - started;
  const ns = ((total * 1e6) / EVENTS).toFixed(0).padStart(5);
  console.log(
    `${text.padEnd(34)} ${ns} ns an event, longest slice ${longest.toFixed(1)} ms, ${scan.found.length} found`,
  );
}
