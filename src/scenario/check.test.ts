import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { load } from './check.ts';
import type { Scenario } from './scenario.ts';

/** The beginning of most scenarios here: ten lines. */
const START = `scenario 1
title A test
machine kvm mmu=shadow tlb=off vcpus=2
guest paging=4
slot 0 gpa=0 size=4M
slot 1 gpa=0x10000000 size=4M huge
stub gva=0x7f0000000000 gpa=0x7000
space s pool=0x100000
map s 0x7f0000000000 0x7000 p|w|u|a|d
let pt 0x106000
`;

function scenarioOf(text: string): Scenario {
  const { scenario, problems } = load(text);
  expect(problems).toEqual([]);
  return scenario!;
}

/** `line:column: message` for each problem, and no scenario. */
function problemsOf(text: string): string[] {
  const { scenario, problems } = load(text);
  expect(scenario).toBeNull();
  return problems.map(({ span, message }) => `${span.line}:${span.column}: ${message}`);
}

describe('a scenario', () => {
  test('is resolved: names, units, order of setup and steps', () => {
    const scenario = scenarioOf(`${START}
poke pt+8 pt|p|w width=4
map s 2M 0x10000000 p w|nx size=2M
cpu1 write   0x10000  pt|1 user   # a comment
host drop 0x10000 8K
`);
    expect(scenario.title).toBe('A test');
    expect(scenario.slots).toEqual([
      { id: 0, gpa: 0, size: 0x400000, ro: false, log: false, huge: false, gigantic: false },
      { id: 1, gpa: 0x10000000, size: 0x400000, ro: false, log: false, huge: true, gigantic: false },
    ]);
    expect(scenario.stub).toEqual({ gva: 0x7f0000000000n, gpa: 0x7000, ugva: null });
    const setup = scenario.setup.map(({ span, ...statement }) => [span.line, statement]);
    expect(setup).toEqual([
      [8, { kind: 'space', name: 's', pool: 0x100000 }],
      [9, { kind: 'map', space: 's', gva: 0x7f0000000000n, gpa: 0x7000n, bits: 0x67n, size: 0x1000 }],
      [12, { kind: 'poke', gpa: 0x106008, value: 0x106003n, width: 4 }],
      [
        13,
        { kind: 'map', space: 's', gva: 0x200000n, gpa: 0x10000000n, bits: (1n << 63n) | 3n, size: 0x200000 },
      ],
    ]);
    expect(scenario.steps).toEqual([
      {
        kind: 'write',
        cpu: 1,
        gva: 0x10000n,
        value: 0x106001n,
        width: 8,
        user: true,
        ac: false,
        text: 'cpu1 write   0x10000  pt|1 user',
        span: { line: 14, column: 1, length: 31 },
      },
      {
        kind: 'drop',
        cpu: -1,
        gpa: 0x10000,
        size: 0x2000,
        text: 'host drop 0x10000 8K',
        span: { line: 15, column: 1, length: 20 },
      },
    ]);
  });

  test('has defaults', () => {
    const { machine, guest, slots, stub, title } = scenarioOf('scenario 1\nmachine kvm');
    expect(machine).toEqual({
      kind: 'kvm',
      mmu: 'shadow',
      vendor: 'amd',
      vcpus: 1,
      tlb: { entries: 64, ways: 4, large: 8, frames: 32, tables: [0, 16, 4, 4, 4] },
      asids: 8,
      flushByAsid: true,
      maxphyaddr: 40,
      earlyA: false,
      parameters: {},
    });
    expect(guest).toEqual({
      paging: '4',
      cr3: 0n,
      wp: true,
      nxe: true,
      pse: true,
      pge: false,
      pcide: false,
      smep: false,
      smap: false,
    });
    expect([slots, stub, title]).toEqual([[], null, '']);
    expect(scenarioOf('scenario 1\nmachine').machine.kind).toBe('kvm');
    expect(scenarioOf('scenario 1\nmachine bare').machine).toMatchObject({ kind: 'bare', mmu: 'none' });
  });

  test('takes module parameters as written, and keys of its own apart', () => {
    const { machine } = scenarioOf(
      'scenario 1\nmachine kvm vendor=intel nx_huge_pages=force pml=0 maxphyaddr=42',
    );
    expect(machine.parameters).toEqual({ nx_huge_pages: 'force', pml: '0' });
    expect(machine).toMatchObject({ vendor: 'intel', maxphyaddr: 42 });
  });

  test.each([
    ['off', false, 4],
    ['32', false, 4],
    ['pae', true, 4],
    ['4', true, 8],
    ['5', true, 8],
  ])('paging=%s: nxe=%s, accesses of %i bytes', (paging, nxe, width) => {
    const { guest, steps } = scenarioOf(`scenario 1\nmachine kvm\nguest paging=${paging}\nread 0x1000`);
    expect(guest.nxe).toBe(nxe);
    expect(steps).toMatchObject([{ width }]);
    expect(scenarioOf(`scenario 1\nmachine kvm\nguest paging=${paging} nxe=1`).guest.nxe).toBe(true);
  });

  test('starts on the first space, or on the one that is named, also if it comes later', () => {
    const spaces = 'slot 0 gpa=0 size=4M\nspace first pool=0x1000\nspace second pool=0x2000';
    expect(scenarioOf(`scenario 1\nmachine kvm\n${spaces}`).guest.cr3).toBe(0x1000n);
    expect(scenarioOf(`scenario 1\nmachine kvm\nguest cr3=second+8\n${spaces}`).guest.cr3).toBe(0x2008n);
  });

  test('stores the low bytes of a value where no width was named', () => {
    const { steps } = scenarioOf('scenario 1\nmachine kvm\nguest paging=pae\nwrite 0x1000 0x13000|p|nx');
    expect(steps).toMatchObject([{ value: 0x13001n, width: 4 }]);
  });

  test('changes only those register bits that a step names', () => {
    const { steps } = scenarioOf(`${START}cr0 wp=0\ncr4 smep=1 pge=0\nefer nxe=0\ncr3 s+1`);
    const actions = steps.map(({ span, text, cpu, ...action }) => action);
    expect(actions).toEqual([
      { kind: 'cr0', wp: false },
      { kind: 'cr4', smep: true, pge: false },
      { kind: 'efer', nxe: false },
      { kind: 'cr3', value: 0x100001n },
    ]);
  });

  test('slots keep their size from step to step, and lose flags', () => {
    const { steps } = scenarioOf(`${START}host slot 1 gpa=0x20000000 log
host slot 2 gpa=0x30000000 size=64K ro
host slot 2 gpa=0x40000000
host slot 1 delete`);
    expect(steps).toMatchObject([
      { kind: 'slot', id: 1, gpa: 0x20000000, size: 0x400000, log: true, ro: false },
      { kind: 'slot', id: 2, size: 0x10000, ro: true },
      { kind: 'slot', id: 2, size: 0x10000, ro: false },
      { kind: 'slot-delete', id: 1 },
    ]);
  });

  test('host steps', () => {
    const { steps } = scenarioOf(`${START}host dirty-log 1 on
host get-dirty 1
host protect 0 2M ro
host mmu-pages 64
host age 0x1000 4K
host age 0x1000 4K idle`);
    const actions = steps.map(({ span, text, cpu, ...action }) => action);
    expect(actions).toEqual([
      { kind: 'dirty-log', slot: 1, on: true },
      { kind: 'get-dirty', slot: 1 },
      { kind: 'protect', gpa: 0, size: 0x200000, writable: false },
      { kind: 'mmu-pages', count: 64 },
      { kind: 'age', gpa: 0x1000, size: 0x1000, how: 'flush' },
      { kind: 'age', gpa: 0x1000, size: 0x1000, how: 'idle' },
    ]);
  });

  test('may hold reserved bits, addresses without memory and addresses that are not canonical', () => {
    const { setup, steps } = scenarioOf(`${START}map s 2M 0x202000 p|0x8000000000000 size=2M
map s 0x10000 0x90000000 p
map s 0xffff800000000000 0 p
read 0x800000000000`);
    expect(setup).toHaveLength(5);
    expect(steps).toMatchObject([{ gva: 0x800000000000n }]);
  });
});

describe('problems of one line', () => {
  test.each([
    ['read nt', "no name 'nt' was made above by 'let' or 'space'; did you mean 'pt'?", 6],
    ['write 0x1000 pt+who+8', "no name 'who' was made above by 'let' or 'space'", 17],
    ['read 0xffffffffffffffff+1', 'the sum does not fit in 64 bits', 25],
    ['write 0x1000 0x100 width=1', '0x100 does not fit in 1 byte (width=1)', 14],
    ['write 0x1000 pt|nx width=4', '0x8000000000106000 does not fit in 4 bytes (width=4)', 14],
    ['poke 0x1000 0x10000 width=2', '0x10000 does not fit in 2 bytes (width=2)', 13],
    ['poke 0x800000 1', 'GPA: 0x800000 lies in no slot', 6],
    ['poke 0x3ffffc 1', 'GPA: 0x3ffffc lies in no slot', 6],
    ['let pt 1', "'pt' is a name already (line 10)", 5],
    ['space s pool=0x200000', "'s' is a name already (line 8)", 7],
    ['space t pool=0x200800', 'pool: 0x200800 is not a multiple of 4K', 9],
    ['space t pool=0x80000000', 'pool: 0x80000000 lies in no slot', 9],
    ['map t 0x1000 0x1000 p', "'t' is no space: expected one that 'space' made above", 5],
    [
      'map pt 0x1000 0x1000 p',
      "'pt' is a value (line 10), not a space: expected one that 'space' made above",
      5,
    ],
    ['map s 0x1800 0x1000 p', 'GVA: 0x1800 is not a multiple of 4K', 7],
    ['map s 0x1000 0x1008 p', 'GPA: 0x1008 is not a multiple of 4K', 14],
    ['map s 0x1000 0x200000 p size=2M', 'GVA: 0x1000 is not a multiple of 2M', 7],
    ['map s 0x40200000 0 p size=1G', 'GVA: 0x40200000 is not a multiple of 1G', 7],
    ['map s 0 0 p size=4M', "size: expected 4K or 2M or 1G with paging=4, found '4M'", 13],
    ['map s 0x1000000000000 0 p', 'GVA: 0x1000000000000 is not canonical (48-bit addresses)', 7],
    ['map s 0 0x10000000000000 p', '0x10000000000000 does not fit in the 52 address bits of an entry', 9],
    ['slot 1 gpa=0x20000000 size=4K', 'there is a slot 1 already', 6],
    ['slot 2 gpa=0x3ff000 size=8K', 'the slot overlaps slot 0 (0x0 to 0x3fffff)', 1],
    ['slot 2 gpa=0x20000800 size=4K', 'gpa: 0x20000800 is not a multiple of 4K', 8],
    ['slot 2 gpa=0x20000000 size=6000', 'size: 0x1770 is not a multiple of 4K', 23],
    ['slot 2 gpa=0x20000000 size=0', 'size: expected at least one page, 4K', 23],
    ['slot 2 gpa=0x20000000 size=8G', 'the slots hold more than 4 GiB together', 1],
    ['slot 2 gpa=0xfffffff000 size=8K', 'the slot ends at 0x10000001000, beyond 40 address bits', 1],
    [
      'slot 2 gpa=0x10000000000 size=4K',
      '0x10000000000 has more than the 40 bits of a physical address here',
      8,
    ],
    ['slot 99999 gpa=0x20000000 size=4K', 'ID: expected 0 to 32763, found 99999', 6],
    ['cpu2 read 0', 'there is no cpu2: the machine has 2 vCPUs, cpu0 to cpu1', 1],
    ['cr0', "'cr0' needs a bit to change, such as wp=0", 1],
    ['host slot 1', "'host slot' needs gpa=, the slot's address, or 'delete'", 1],
    ['host slot 5 gpa=0', 'there is no slot 5 whose size could be kept: expected size=', 1],
    ['host slot 1 delete log', "'delete' stands alone: 'log' does not fit", 20],
    ['host drop 0x10800 4K', 'GPA: 0x10800 is not a multiple of 4K', 11],
    ['host drop 0x10000 0', 'SIZE: expected at least one page, 4K', 19],
    ['host protect 0 4K mmio', "'mmio' needs 'machine xen'", 19],
    ['read 0 pte', "'pte' needs 'machine xen'", 8],
    ['hypercall mmu_update 0 0', "'hypercall' needs 'machine xen'", 1],
    ['host populate 0 4K', "'host populate' needs 'machine xen'", 1],
    ['slot 3 gpa=0x30000000 size=4K pod', "'pod' needs 'machine xen'", 31],
    ['write 0 raw:0', "'raw:' needs 'machine xen'", 9],
    ['vmrun ncr3=s', "'vmrun' is not supported yet (nested paging)", 1],
    ['guest paging=4', "'guest' stands twice (line 4)", 1],
  ])('%s', (line, message, column) => {
    expect(problemsOf(START + line)).toEqual([`11:${column}: ${message}`]);
  });

  test.each([
    ['machine xen', "'machine xen' is not supported yet (Xen)", 1],
    ['machine kvm mmu=hap', "mmu: expected one of shadow, tdp, tdp-legacy for kvm, found 'hap'", 13],
    ['machine bare mmu=shadow', "a bare machine has no 'mmu='", 14],
    ['machine bare pml=0', "a bare machine has no 'pml='", 14],
    ['machine kvm memory=24', "'memory' needs 'machine xen'", 13],
    ['machine kvm vcpus=0', 'vcpus: expected 1 to 16, found 0', 13],
    ['machine kvm maxphyaddr=53', 'maxphyaddr: expected 32 to 44, found 53', 13],
    ['machine kvm maxphyaddr=31', 'maxphyaddr: expected 32 to 44, found 31', 13],
  ])('%s', (line, message, column) => {
    expect(problemsOf(`scenario 1\n${line}`)).toEqual([`2:${column}: ${message}`]);
  });

  test.each([
    ['32', 'read 0x100000000', '0x100000000 is no 32-bit address', 6],
    ['pae', 'read 0 width=8', 'width: 8 bytes need a 64-bit guest; expected 1, 2 or 4 here', 8],
    ['off', 'cr3 0x100000000', '0x100000000 does not fit in CR3', 5],
    ['32', 'map s 0 0 p|nx', '0x8000000000000001 does not fit in an entry of 4 bytes', 11],
    ['32', 'map s 0 0 p size=2M', "size: expected 4K or 4M with paging=32, found '2M'", 13],
    ['pae', 'map s 0 0 p size=1G', "size: expected 4K or 2M with paging=pae, found '1G'", 13],
  ])('paging=%s: %s', (paging, line, message, column) => {
    const start = `scenario 1\nmachine kvm\nguest paging=${paging}\nslot 0 gpa=0 size=4M\nspace s pool=0\n`;
    expect(problemsOf(start + line)).toEqual([`6:${column}: ${message}`]);
  });
});

describe('problems of the whole', () => {
  test.each([
    [
      '',
      [
        "1:1: expected 'scenario 1' as the first statement",
        "1:1: expected a 'machine' statement before the first step",
      ],
    ],
    ['title x\nmachine kvm', ["1:1: expected 'scenario 1' as the first statement"]],
    ['scenario 2\nmachine kvm', ['1:10: expected version 1 of the language, found 2']],
    ['scenario 1\nread 0', ["2:1: expected a 'machine' statement before the first step"]],
    ['scenario 1\nread 0\nmachine kvm', ["3:1: 'machine' belongs before the first step (line 2)"]],
    ['scenario 1\nmachine kvm\nread 0\nlet x 1', ["4:1: 'let' belongs before the first step (line 3)"]],
    [
      'scenario 1\nmachine bare\nhost get-dirty 0',
      ["3:1: 'host get-dirty' needs a hypervisor: the machine is bare"],
    ],
    [
      'scenario 1\nmachine kvm\nguest cr3=nobody',
      ["3:11: no name 'nobody' was made above by 'let' or 'space'"],
    ],
  ])('%j', (text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test('several are told in the order of the text', () => {
    const text = `${START}slot 0 gpa=0 size=4K\nread x\nhost drop 1 4K\ncpu9 read 0`;
    expect(load(text).problems.map(({ span }) => [span.line, span.column])).toEqual([
      [11, 1],
      [11, 6],
      [12, 6],
      [13, 11],
      [14, 1],
    ]);
  });

  test('one cause is told once: the uses of a faulty name are not called wrong', () => {
    expect(problemsOf(`${START}let x nobody\nspace y pool=1\nmap y 0 0 p\nread x`)).toEqual([
      "11:7: no name 'nobody' was made above by 'let' or 'space'",
      '12:9: pool: 0x1 is not a multiple of 4K',
    ]);
  });

  test('what cannot be run yet is refused once, however often it stands there', () => {
    expect(problemsOf(`${START}vmrun\nvmexit\nvmrun\nvmexit`)).toHaveLength(2);
  });

  test('there are at most twenty', () => {
    expect(problemsOf(START + 'read x\n'.repeat(5000))).toHaveLength(20);
  });
});

test('a scenario with a line changed by chance is taken whole or refused, and never throws', () => {
  const lines = `${START}map s 0x10000 0x10000 p|w|u
write 0x10000 pt|p width=8 user
host slot 1 gpa=0x20000000 log
cr4 smep=1`.split('\n');
  const piece = fc.oneof(
    fc.constantFrom(
      'map',
      's',
      'pt',
      'size=2M',
      '0x',
      '|',
      '+',
      'p',
      'host',
      'cpu7',
      'width=8',
      'delete',
      'xen',
    ),
    fc.constantFrom('0xffffffffffffffff', '-1', '1T', 'raw:0', 'gpa=', '\n', ' '),
    fc.string({ maxLength: 3 }),
  );
  const change = fc.record({ line: fc.nat(lines.length - 1), at: fc.nat(40), cut: fc.nat(6), piece });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const changed = [...lines];
      for (const { line, at, cut, piece: text } of changes) {
        const old = changed[line]!;
        changed[line] = `${old.slice(0, at)}${text}${old.slice(at + cut)}`;
      }
      const { scenario, problems } = load(changed.join('\n'));
      expect(scenario === null).toBe(problems.length > 0);
      expect(problems.length).toBeLessThanOrEqual(20);
    }),
    { numRuns: 1000 },
  );
});
