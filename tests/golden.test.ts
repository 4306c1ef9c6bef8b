// What real kernels did is what a run does, line for line: every recording of a machine that can be run.
import { describe, expect, it } from 'vitest';
import { difference, firstNames, mismatch, recording, supportedRecordings } from './golden-scenarios.ts';

const RECORDINGS = supportedRecordings();

describe('the first recordings', () => {
  it.each(firstNames())('%s', (name) => {
    const found = mismatch(recording(name));
    expect(found, found ?? '').toBeNull();
  });
});

describe('all recordings that can be run', () => {
  const results = RECORDINGS.map((one) => ({ name: one.name, found: mismatch(one) }));
  const matching = results.filter(({ found }) => found === null);
  console.log(`${matching.length} of ${results.length} recorded traces match`);

  it.each(results)('$name', ({ found }) => {
    expect(found, found ?? '').toBeNull();
  });

  it('are as many as there were: none is refused that could be run', () => {
    expect(results.length).toBeGreaterThanOrEqual(300);
  });
});

describe('the comparison', () => {
  const trace = '== 1 read 0x1000\na: x=1\n-- ok\n== 2 read 0x2000\nb: x=1\n-- ok\n';

  it('finds equal traces equal', () => {
    expect(difference(trace, trace)).toBeNull();
  });

  it('names the step and the line, with what came before', () => {
    const found = difference(trace.replace('b: x=1', 'b: x=2'), trace);
    expect(found).toContain('line 5, in == 2 read 0x2000');
    expect(found).toContain('- b: x=1');
    expect(found).toContain('+ b: x=2');
    expect(found).toContain('    a: x=1');
  });

  it('finds a trace that is too short or too long', () => {
    expect(difference('== 1 read 0x1000', '== 1 read 0x1000\n-- ok')).toContain('our trace ends');
    expect(difference('== 1 read 0x1000\n-- ok', '== 1 read 0x1000')).toContain('the recording ends');
  });
});
