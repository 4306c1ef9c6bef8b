import { describe, expect, it } from 'vitest';
import { EVENT } from '#machine/events.ts';
import { LogWriter } from '#machine/log.ts';
import { LogReader } from '#machine/log-reader.ts';
import { VIEWING_LIMITS } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { runScenario } from '#scenario/run.ts';
import { firstDifference, stepOutcome } from './difference.ts';
import { type NamedLog, Names } from './names.ts';
import { eventLine } from './print.ts';

const TEXT = `scenario 1
machine kvm mmu=shadow tlb=off
guest paging=4
slot 0 gpa=0 size=4M
space s pool=0x100000
map s 0x10000 0x10000 p|w|u
poke 0x10000 0xaaaa

read 0x10000
write 0x10000 0x1234
read 0x10000
`;

function run(text: string): NamedLog {
  const { scenario, problems } = load(text);
  if (!scenario) throw new Error(problems[0]?.message);
  const result = runScenario(scenario, VIEWING_LIMITS);
  if ('problems' in result) throw new Error(result.problems[0]?.message);
  const reader = new LogReader(result.log);
  return { reader, names: new Names(reader) };
}

const base = run(TEXT);

/** Step (from 1) and line of the first events that differ. */
function difference(a: NamedLog, b: NamedLog): string[] {
  const at = firstDifference(a, b);
  return (at ?? []).map((event, i) => {
    const { reader, names } = i === 0 ? a : b;
    return event < reader.length ? `${reader.stepOf(event) + 1} ${eventLine(reader, names, event)}` : 'end';
  });
}

describe('two logs', () => {
  it('of the same scenario do not differ', () => {
    expect(firstDifference(base, run(TEXT))).toBeNull();
    expect(firstDifference(base, run(TEXT.replace('scenario 1', 'scenario 1\n# a comment')))).toBeNull();
  });

  it('differ at the statement that was edited', () => {
    const edited = run(TEXT.replace('0x1234', '0x5678'));
    expect(difference(base, edited)).toEqual(['2 == 2 write 0x10000 0x1234', '2 == 2 write 0x10000 0x5678']);
  });

  it('differ at the first event that another setting changes', () => {
    const edited = run(TEXT.replace('p|w|u', 'p|u'));
    expect(difference(base, edited)).toEqual([
      '1 kvm_mmu_paging_element: pte=0x10007 level=1',
      '1 kvm_mmu_paging_element: pte=0x10005 level=1',
    ]);
  });

  it('differ where one goes on and the other does not', () => {
    expect(difference(base, run(`${TEXT}read 0x10000\n`))).toEqual(['end', '4 == 4 read 0x10000']);
  });

  it('differ by their texts, not by the numbers of them', () => {
    const exit = (...texts: string[]): NamedLog => {
      const log = new LogWriter(10);
      for (const text of texts) log.text(text);
      log.emit(EVENT.exit, texts.length - 1);
      const reader = new LogReader(log.finish(new Int32Array(1024)));
      return { reader, names: new Names(reader) };
    };
    expect(firstDifference(exit('#PF'), exit('another', '#PF'))).toBeNull();
    expect(firstDifference(exit('#PF'), exit('INVLPG'))).toEqual([0, 0]);
  });
});

it('tells what each step came to', () => {
  expect([0, 1, 2].map((step) => stepOutcome(base.reader, step))).toEqual([
    'ok value=0xaaaa',
    'ok',
    'ok value=0x1234',
  ]);
});
