// What the machine's what-if keys change, by counts of events with and without them; and that KVM's structures stay sound.
// docs/what-if.md says what each key is for.
import { describe, expect, it } from 'vitest';
import { brokenInvariants } from '#hypervisor/kvm/invariants/broken_invariants.ts';
import { EVENT } from '#machine/events.ts';
import { LogReader } from '#machine/log-reader.ts';
import { makesTable } from '#machine/queries.ts';
import { load } from '#scenario/check.ts';
import { startRun } from '#scenario/run.ts';
import { recording, supportedRecordings } from './golden-scenarios.ts';

const KEYS = ['unsync=off', 'shadow-cache=off', 'prefetch=off', 'private-roots=on'] as const;

/** A scenario with more keys on its machine. */
const withKeys = (text: string, keys: string): string =>
  text.replace(/^machine kvm\b.*?(?= *#|$)/m, `$& ${keys}`);

/** Runs a scenario; `visit` sees the machine's words after each step. */
function run(text: string, visit: (words: Int32Array) => void = () => {}): LogReader {
  const { scenario, problems } = load(text);
  if (!scenario) throw new Error(problems.map(({ message }) => message).join('\n'));
  const started = startRun(scenario);
  if ('problems' in started) throw new Error(started.problems[0]?.message);
  while (started.run.step()) visit(started.run.words);
  return new LogReader(started.run.finish().log);
}

/** How many events of a kind, or those of them that `test` picks, a scenario has: as it is, and with keys. */
function counts(
  text: string,
  keys: string,
  kind: number,
  test: (reader: LogReader, index: number) => boolean = () => true,
): readonly [number, number] {
  const count = (one: string): number => {
    const reader = run(one);
    let found = 0;
    for (let index = 0; index < reader.length; index++)
      if (reader.kind(index) === kind && test(reader, index)) found++;
    return found;
  };
  return [count(text), count(withKeys(text, keys))];
}

const SETUP = `scenario 1
machine kvm mmu=shadow tlb=off vcpus=2
slot 0 gpa=0 size=4M
space va pool=0x100000
map va 0x10000 0x10000 p|w|u|a|d
map va 0x11000 0x11000 p|w|u|a|d
map va 0x12000 0x12000 p|w|u|a|d
map va 0x40000000 0x103000 p|w|u|a|d     # the last-level table
space vb pool=0x200000
map vb 0x10000 0x20000 p|w|u|a|d
`;

describe('unsync=off', () => {
  const writes = `${SETUP}read 0x10000\nwrite 0x40000100 0\nwrite 0x40000108 0\nwrite 0x40000110 0\ninvlpg 0x20000\n`;

  it('lets no table go out of sync', () => {
    expect(counts(writes, 'unsync=off', EVENT.kvm_mmu_unsync_page)).toEqual([1, 0]);
    expect(counts(`${writes}cr3 va\n`, 'unsync=off', EVENT.kvm_mmu_sync_page)).toEqual([1, 0]);
  });

  it('makes every write to a last-level table a fault', () => {
    const [before, after] = counts(writes, 'unsync=off', EVENT.kvm_page_fault);
    expect(after - before).toBe(2);
  });

  it('makes a change of the table seen at once, without a flush', () => {
    const change = `${SETUP}read 0x10000\nwrite 0x40000080 0x12000|p|w|u|a|d\nwrite 0x12000 7\nread 0x10000\n`;
    const last = (text: string): number => {
      const reader = run(text);
      return reader.payload(reader.length - 1, 2);
    };
    expect([last(change), last(withKeys(change, 'unsync=off'))]).toEqual([0, 7]);
  });
});

describe('shadow-cache=off', () => {
  const switches = `${SETUP}read 0x10000\ncr3 vb\nread 0x10000\ncr3 va\nread 0x10000\ncr3 vb\nread 0x10000\n`;

  it('makes all tables anew at every change of CR3', () => {
    expect(counts(switches, 'shadow-cache=off', EVENT.kvm_mmu_get_page, makesTable)).toEqual([8, 16]);
  });

  it('takes out of use what no root leads to', () => {
    expect(counts(switches, 'shadow-cache=off', EVENT.kvm_mmu_prepare_zap_page)).toEqual([0, 12]);
  });

  it('begins anew even when CR3 gets the value that it has', () => {
    const same = `${SETUP}read 0x10000\ncr3 va\nread 0x10000\n`;
    expect(counts(same, 'shadow-cache=off', EVENT.kvm_mmu_get_page, makesTable)).toEqual([4, 8]);
  });

  it('leaves the other vCPU its tables', () => {
    const two = `${SETUP}read 0x10000\ncpu1 read 0x10000\ncpu1 cr3 vb\nread 0x11000\n`;
    const reader = run(withKeys(two, 'shadow-cache=off'));
    const madeInLast = reader.find(reader.stepStart(3), 1, (i) => reader.kind(i) === EVENT.kvm_mmu_get_page);
    expect(madeInLast).toBe(-1);
  });
});

describe('prefetch=off', () => {
  const reads = `${SETUP}read 0x10000\nread 0x11000\nread 0x12000\n`;

  it('makes each page a fault of its own', () => {
    expect(counts(reads, 'prefetch=off', EVENT.kvm_page_fault)).toEqual([1, 3]);
  });

  it('maps the same pages in the end', () => {
    expect(counts(reads, 'prefetch=off', EVENT.kvm_mmu_set_spte)).toEqual([3, 3]);
  });

  it('maps nothing at an INVLPG either', () => {
    const invlpg = `${SETUP}read 0x10000\nwrite 0x40000080 0x12000|p|w|u|a|d\ninvlpg 0x10000\n`;
    const [before, after] = counts(
      invlpg,
      'prefetch=off',
      EVENT.kvm_mmu_set_spte,
      (reader, index) => reader.stepOf(index) === 2,
    );
    expect([before, after]).toEqual([1, 0]);
  });
});

describe('private-roots=on', () => {
  const two = `${SETUP}read 0x10000\ncpu1 read 0x10000\n`;

  it('gives each vCPU shadow pages of its own', () => {
    expect(counts(two, 'private-roots=on', EVENT.kvm_mmu_get_page, makesTable)).toEqual([4, 8]);
    expect(counts(two, 'private-roots=on', EVENT.kvm_page_fault)).toEqual([1, 2]);
  });

  it('makes all of them go out of sync together', () => {
    const write = `${two}write 0x40000100 0\n`;
    expect(counts(write, 'private-roots=on', EVENT.kvm_mmu_unsync_page)).toEqual([1, 2]);
  });
});

describe('the keys', () => {
  it('are not for a bare machine', () => {
    const { problems } = load('scenario 1\nmachine bare unsync=off\n');
    expect(problems.map(({ message }) => message).join('\n')).toContain("no 'unsync='");
  });

  it('change nothing where they say what holds anyway', () => {
    const { text, trace } = recording('kvm-amd/shadow-two-vcpus');
    const plain = run(text);
    const said = run(withKeys(text, 'unsync=on shadow-cache=on prefetch=on private-roots=off'));
    expect(trace).not.toBe('');
    expect(said.length).toBe(plain.length);
  });

  const recordings = supportedRecordings().filter(
    ({ name }) => name.startsWith('kvm-amd/') || name.includes('host'),
  );
  const runs = KEYS.flatMap((key) => recordings.map(({ name, text }) => ({ key, name, text })));
  it.each(runs)('$key leaves KVM sound after every step of $name', ({ key, text }) => {
    let step = 0;
    const changed = withKeys(text, key);
    expect(changed).toContain(key);
    run(changed, (words) => expect(brokenInvariants(words), `after step ${++step}`).toEqual([]));
  });
});
