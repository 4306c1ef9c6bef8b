import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import UNSYNC from '#content/scenarios/04-page-table-write.scn?raw';
import SPACES from '#content/scenarios/05-two-spaces.scn?raw';
import QUADRANTS from '#content/scenarios/07-quadrants.scn?raw';
import NX from '#content/scenarios/09-no-execute.scn?raw';
import MMIO from '#content/scenarios/11-mmio.scn?raw';
import NESTED from '#content/scenarios/16-two-dimensions.scn?raw';
import { EVENT, EVENTS } from '#machine/events.ts';
import { LogReader } from '#machine/log-reader.ts';
import { VIEWING_LIMITS } from '#machine/words.ts';
import { load } from '#scenario/check.ts';
import { runScenario } from '#scenario/run.ts';
import { Names } from '#trace/names.ts';
import { eventFields, eventLine } from '#trace/print.ts';
import { asksForCalls, compile } from './compile.ts';
import { parseFilter } from './parse.ts';
import { Scan } from './scan.ts';
import type { Filter } from './syntax.ts';
import type { ThingSource } from './things.ts';

function sourceOf(text: string): ThingSource {
  const { scenario } = load(text);
  if (!scenario) throw new Error('the scenario has errors');
  const result = runScenario(scenario, VIEWING_LIMITS);
  if ('problems' in result) throw new Error('it cannot be run');
  const reader = new LogReader(result.log);
  return { reader, names: new Names(reader), guestMemory: () => 0 };
}

function filterOf(text: string): Filter {
  const parsed = parseFilter(text);
  if ('problem' in parsed) throw new Error(`${text}: ${parsed.problem.why}`);
  return parsed.filter;
}

function find(source: ThingSource, text: string): number[] {
  const scan = new Scan(compile(filterOf(text), source), source.reader.length);
  scan.advance(() => true);
  return [...scan.found];
}

const SOURCES = [UNSYNC, QUADRANTS, NX, MMIO, NESTED].map(sourceOf);
const unsync = SOURCES[0] as ThingSource;
const { reader } = unsync;
const all = Array.from({ length: reader.length }, (_, index) => index);
const kindOf = (index: number): string => reader.spec(index).name;
/** What a filter finds in the scenario of the unsync page, as kinds. */
const kinds = (text: string): string[] => [...new Set(find(unsync, text).map(kindOf))].sort();

describe('every value that a line prints', () => {
  it.each(SOURCES.map((source, i) => [i, source] as const))('finds its event in log %i', (_, source) => {
    const wanted = new Map<string, number[]>();
    for (let index = 0; index < source.reader.length; index++) {
      for (const { name, value } of eventFields(source.reader, source.names, index)) {
        if (value === '') continue;
        const text = `${name}=${/[\s()*]/.test(value) ? `"${value}"` : value}`;
        wanted.set(text, [...(wanted.get(text) ?? []), index]);
      }
    }
    expect(wanted.size).toBeGreaterThan(40);
    for (const [text, events] of wanted) {
      const found = new Set(find(source, text));
      expect({ text, missing: events.filter((index) => !found.has(index)) }).toEqual({ text, missing: [] });
    }
  });
});

describe('what is found', () => {
  it('is a kind, a family, a group', () => {
    expect(kinds('kind:kvm_mmu_set_*')).toEqual(['kvm_mmu_set_accessed_bit', 'kvm_mmu_set_spte']);
    expect(kinds('family:call')).toEqual(['call', 'return']);
    expect(kinds('is:fault')).toEqual(['fault', 'kvm_page_fault']);
    expect(kinds('is:exit')).toEqual(['vm_exit']);
    expect(find(unsync, 'is:change family:call')).toEqual(
      find(unsync, 'family:call').filter((index) => reader.changes(index).length > 0),
    );
  });

  it('is a step, an event by its number, a vCPU', () => {
    const steps = find(unsync, 'step:2..3').map((index) => reader.stepOf(index));
    expect(new Set(steps)).toEqual(new Set([1, 2]));
    const numbered = all.filter((index) => !['call', 'return'].includes(kindOf(index)));
    expect(find(unsync, 'event:57 -family:call')).toEqual([numbered[56]]);
    expect(find(unsync, 'cpu:0')).toHaveLength(reader.length);
    expect(find(unsync, 'cpu:host')).toEqual([]);
  });

  it('is inside a function, from its call to its return', () => {
    const inside = find(unsync, 'fn:make_spte');
    expect(kindOf(inside[0] as number)).toBe('call');
    expect(kindOf(inside.at(-1) as number)).toBe('return');
    const calls = find(unsync, 'kind:call function=make_spte').length;
    expect(find(unsync, 'kind:return fn:make_spte function=make_spte')).toHaveLength(calls);
    expect(kinds('fn:mmu_set_spte')).toContain('kvm_mmu_set_spte');
    expect(kinds('fn:mmu_set_spte')).not.toContain('vm_exit');
    expect(find(unsync, 'fn:nobody')).toEqual([]);
    expect(find(unsync, 'fn:*')).toEqual(find(unsync, 'fn:* '));
  });

  it('is a comparison, a range of numbers in either base', () => {
    const levels = find(unsync, 'kind:reference level>=3').map(
      (index) => (reader.payload(index, 0) >>> 8) & 0xff,
    );
    expect(new Set(levels)).toEqual(new Set([3, 4]));
    expect(find(unsync, 'gfn=0x103')).toEqual(find(unsync, 'gfn=259'));
    expect(find(unsync, 'gfn=0x103').length).toBeGreaterThan(0);
    expect(find(unsync, 'kind:kvm_mmu_get_page gfn!=0x103 gfn>0xff gfn<=0x103')).not.toHaveLength(0);
  });

  it('is a bit', () => {
    const writable = find(unsync, 'kind:kvm_mmu_set_spte spte.w=1');
    const readOnly = find(unsync, 'kind:kvm_mmu_set_spte spte.w=0');
    expect(writable.length).toBeGreaterThan(0);
    expect(readOnly.length).toBeGreaterThan(0);
    expect([...writable, ...readOnly].sort((a, b) => a - b)).toEqual(find(unsync, 'kind:kvm_mmu_set_spte'));
    expect(find(unsync, 'kind:kvm_mmu_set_spte spte.1=1')).toEqual(writable);
    expect(kinds('kind:kvm_page_fault error_code.w=1')).toEqual(['kvm_page_fault']);
    expect(find(unsync, 'pte.63=1')).toEqual([]);
  });

  it('is a word of the line, whole words in quotes', () => {
    const written = find(unsync, '"write window+pt+0x80 0x11000"');
    expect(written.map((index) => eventLine(reader, unsync.names, index))).toEqual([
      expect.stringMatching(/^== 2 write window/),
    ]);
    expect(kinds('SPTE -family:call')).toContain('kvm_mmu_set_spte');
    expect(find(unsync, 'nothing-like-it')).toEqual([]);
    expect(kinds('t5 family:tracepoint')).toContain('kvm_mmu_get_page');
    expect(kinds('h1 -family:call')).toContain('kvm_mmu_set_spte');
  });

  it('asks for calls only where it names them', () => {
    expect(asksForCalls(filterOf('kind:call function=make_spte'))).toBe(true);
    expect(asksForCalls(filterOf('(family:call or x) -y'))).toBe(true);
    expect(asksForCalls(filterOf('fn:make_spte gfn=1'))).toBe(false);
  });
});

describe('a change', () => {
  it('is told by the next numbered event, where a call made it', () => {
    const numbered = all.filter((index) => reader.spec(index).family !== 'call');
    const changedSince = (index: number): boolean => {
      const before = numbered[numbered.indexOf(index) - 1];
      return reader.changesUpTo(index) > (before === undefined ? 0 : reader.changesUpTo(before));
    };
    expect(find(unsync, 'is:change -family:call')).toEqual(numbered.filter(changedSince));
  });

  it('of an entry is told by the tracepoint that follows', () => {
    expect(kinds('writes:t3[010] -family:call')).toEqual(['kvm_mmu_set_spte', 'spte_update']);
    expect(kinds('reads:t3[010]')).toEqual(['reference']);
    expect(kinds('reads:103[010]')).toEqual(['kvm_mmu_paging_element']);
  });
});

describe('a thing', () => {
  it('of the hypervisor’s is found where it is named, read, or changed, in its life only', () => {
    expect(kinds('entry:t3[010] -family:call')).toEqual([
      'fault',
      'kvm_mmu_set_spte',
      'reference',
      'rmap_add',
      'rmap_remove',
      'spte_update',
    ]);
    const [first] = find(unsync, 'table:t5');
    expect(kindOf(first as number)).toBe('kvm_mmu_get_page');
    expect(find(unsync, 'table:t99')).toEqual([]);
  });

  it('of the guest’s is found by its address', () => {
    expect(kinds('entry:103[010]')).toContain('kvm_mmu_paging_element');
    expect(kinds('entry:103[011]')).toEqual([]);
    expect(find(unsync, 'table:103')).toEqual(find(unsync, 'frame:0x103'));
    expect(kinds('gpa:0x103000..0x103fff')).toContain('kvm_mmu_paging_element');
    expect(
      find(unsync, 'gva:0x10000').every((index) =>
        eventLine(reader, unsync.names, index).includes('0x10000'),
      ),
    ).toBe(true);
  });

  it('of the guest’s is found by what changes it, where its memory is known', () => {
    const write = find(unsync, 'kind:outcome step:2')[0] as number;
    const place = reader.changes(write).find(({ place: at }) => (at & 1023) >>> 1 === 0x10)?.place ?? 0;
    const known = { ...unsync, guestMemory: (gfn: number) => (gfn === 0x103 ? place & ~1023 : 0) };
    expect(find(known, 'entry:103[010]')).toContain(write);
    expect(find(unsync, 'entry:103[010]')).not.toContain(write);
  });

  it('of the host’s is found by its name', () => {
    expect(kinds('frame:h1')).toContain('kvm_mmu_set_spte');
    expect(find(unsync, 'frame:h99')).toEqual([]);
  });

  it('is a register', () => {
    const spaces = sourceOf(SPACES);
    const steps = (text: string) => find(spaces, text).map((index) => spaces.reader.stepOf(index) + 1);
    expect(steps('reg:cr3')).toEqual([2, 4, 6]);
    expect(steps('writes:hardware-cr3 -family:call')).toEqual([1, 2, 4, 6]);
    expect(find(unsync, 'reg:cr9')).toEqual([]);
  });
});

describe('laws', () => {
  const leaf = fc.constantFrom(
    'kind:kvm_*',
    'family:walk',
    'level>=2',
    'gfn=0x103',
    'spte.w=1',
    'fn:mmu_set_spte',
    'step:2..4',
    'entry:t3[010]',
    'table:103',
    'is:change',
    '"read"',
    '0x10000',
  );
  const complement = (found: readonly number[]): number[] => {
    const set = new Set(found);
    return all.filter((index) => !set.has(index));
  };

  it('not, and, or are what sets say', () => {
    fc.assert(
      fc.property(leaf, leaf, (a, b) => {
        const [inA, inB] = [find(unsync, a), find(unsync, b)];
        expect(find(unsync, `-${a}`)).toEqual(complement(inA));
        expect(find(unsync, `${a} ${b}`)).toEqual(inA.filter((index) => inB.includes(index)));
        expect(find(unsync, `${a} or ${b}`)).toEqual([...new Set([...inA, ...inB])].sort((x, y) => x - y));
        expect(find(unsync, `-(${a} ${b})`)).toEqual(find(unsync, `-${a} or -${b}`));
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it('a scan in slices finds what a scan in one go finds', () => {
    const whole = find(unsync, 'fn:mmu_set_spte or step:3');
    const scan = new Scan(compile(filterOf('fn:mmu_set_spte or step:3'), unsync), reader.length);
    let slices = 0;
    while (!scan.isDone) {
      scan.advance(() => false);
      slices++;
      expect([...scan.found]).toEqual(whole.slice(0, scan.found.length));
    }
    expect(slices).toBe(Math.ceil(reader.length / 2048));
    expect([...scan.found]).toEqual(whole);
  });

  it('every kind of event is one', () => {
    for (const { name, kind } of EVENTS)
      expect(find(unsync, `kind:${name}`).every((index) => reader.kind(index) === kind)).toBe(true);
    expect(EVENT.step).toBe(0);
  });
});
