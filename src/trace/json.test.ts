import { expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { LogWriter } from '#machine/log.ts';
import { LogReader } from '#machine/log-reader.ts';
import { jsonText } from './json.ts';
import { Names } from './names.ts';

function textOf(write: (log: LogWriter) => void): string {
  const log = new LogWriter(100);
  write(log);
  const reader = new LogReader(log.finish(new Int32Array(1024)));
  return jsonText(reader, new Names(reader), 'A "title"');
}

it('holds every event with its fields, an event a line', () => {
  const text = textOf((log) => {
    log.cpu = 0;
    log.emit(EVENT.step, 1, log.text('read 0x10000'));
    log.beginStep();
    log.emit(EVENT.call, log.text('kvm_mmu_load'));
    log.emit(EVENT.kvm_mmu_unsync_page, 3, 0x106, 0x3701, 1 << 16);
    log.emit(EVENT.outcome, 0);
  });
  expect(text.trimEnd().split('\n')).toHaveLength(6);
  const log = JSON.parse(text);
  expect(log).toMatchObject({ format: 'penumbra-log', version: 1, title: 'A "title"' });
  expect(log.events[0]).toEqual({
    number: 1,
    step: 1,
    cpu: 0,
    family: 'flow',
    event: 'step',
    fields: { number: 1, statement: 'read 0x10000' },
  });
  expect(log.events[1]).toMatchObject({ number: null, event: 'call', fields: { function: 'kvm_mmu_load' } });
  expect(log.events[2]).toMatchObject({
    number: 2,
    event: 'kvm_mmu_unsync_page',
    fields: { sp: 't3', gfn: '0x106', level: 1, gpte: 8, direct: false, access: 'wux', unsync: true },
  });
});

it('is JSON without any event, too', () => {
  expect(JSON.parse(textOf(() => {}))).toMatchObject({ events: [] });
});
