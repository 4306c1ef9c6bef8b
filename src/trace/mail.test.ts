import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { LogWriter } from '#machine/log.ts';
import { LogReader } from '#machine/log-reader.ts';
import { mailText, wrapped } from './mail.ts';
import { Names } from './names.ts';

const log = new LogWriter(100);
log.cpu = 0;
log.emit(EVENT.step, 1, log.text('read 0x10000'));
log.beginStep();
log.emit(EVENT.exit, log.text('#PF'), 0, 0x10000, 0, 2);
log.emit(EVENT.call, log.text('kvm_mmu_load'));
log.emit(EVENT.kvm_mmu_unsync_page, 3, 0x106, 0x3701, 1 << 16);
log.emit(EVENT.step, 2, log.text(`write ${'x'.repeat(90)}`));
log.beginStep();
log.emit(EVENT.outcome, 0);
const reader = new LogReader(log.finish(new Int32Array(1024)));
const names = new Names(reader);
const link = `https://example.org/#p1${'a'.repeat(100)}`;

describe('events for a mail', () => {
  it('stand under their step, with their numbers, and the link below', () => {
    const events = [
      { index: 1, number: 2 },
      { index: 2, number: null },
      { index: 3, number: 3 },
      { index: 4, number: 4 },
      { index: 5, number: 5 },
    ];
    expect(
      mailText(reader, names, events, { heading: ['First touch', 'KVM shadow'], link }),
    ).toBe(`First touch
KVM shadow

== 1 read 0x10000
  2  vm_exit: reason=#PF address=0x10000 error_code=0x2
     call: function=kvm_mmu_load
  3  kvm_mmu_unsync_page: sp=t3 gfn=0x106 level=1 gpte=8 quadrant=0
         direct=0 access=wux invalid=0 nx=1 ad=1 roots=0 unsync=1

== 2 write
${'x'.repeat(72)}
${'x'.repeat(18)}
  5  -- ok

${link}
`);
  });
});

describe('wrapping', () => {
  it('keeps a line within 72 columns and loses no letter', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', '0', '页', '😀', '-'),
      minLength: 1,
      maxLength: 100,
    });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const lines = wrapped(words.join(' '), '  8  ', '      ');
        const columns = (line: string) =>
          [...line].reduce((sum, letter) => sum + (letter === '页' || letter === '😀' ? 2 : 1), 0);
        for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(72);
        expect(lines.join('').slice(5).replaceAll(' ', '')).toBe(words.join(''));
      }),
    );
  });
});
