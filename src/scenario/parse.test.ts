import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from './parse.ts';

/** `line:column: message` for each problem. */
function problemsOf(text: string): string[] {
  return parse(text).problems.map(({ span, message }) => `${span.line}:${span.column}: ${message}`);
}

describe('words of a statement', () => {
  test('keep their place, text and value', () => {
    const [statement] = parse('  cpu1 write win+0x10 0x5000|p|w width=4 user  # why\r\n').statements;
    expect(statement).toMatchObject({
      verb: 'write',
      host: false,
      cpu: 1,
      text: 'cpu1 write win+0x10 0x5000|p|w width=4 user',
      span: { line: 1, column: 3, length: 43 },
    });
    const words = statement!.words.map(({ role, name, text, span }) => [role, name, text, span.column]);
    expect(words).toEqual([
      ['argument', 'GVA', 'win+0x10', 14],
      ['argument', 'VALUE', '0x5000|p|w', 23],
      ['key', 'width', '4', 34],
      ['flag', 'user', 'user', 42],
    ]);
    const terms = statement!.words[1]!.value!.terms;
    expect(terms.map(({ operator, kind, value, span }) => [operator, kind, value, span.column])).toEqual([
      [null, 'number', 0x5000n, 23],
      ['|', 'bit', 1n, 30],
      ['|', 'bit', 2n, 32],
    ]);
  });

  test.each([
    ['0x1_0000', 0x10000n],
    ['1_000', 1000n],
    ['4K', 4096n],
    ['2M', 1n << 21n],
    ['1G', 1n << 30n],
    ['3T', 3n << 40n],
    ['0xffffffffffffffff', (1n << 64n) - 1n],
    ['007', 7n],
  ])('number %s', (text, value) => {
    expect(parse(`invlpg ${text}`).statements[0]!.words[0]!.value!.terms[0]!.value).toBe(value);
  });

  test('lines without a statement mean nothing, but count', () => {
    const { statements, problems } = parse('\uFEFFscenario 1\r\n\r\n \t # only words\nvmexit');
    expect(problems).toEqual([]);
    expect(statements.map(({ verb, span }) => [verb, span.line, span.column])).toEqual([
      ['scenario', 1, 2],
      ['vmexit', 4, 1],
    ]);
  });

  test('a title keeps its blanks and may look like anything', () => {
    const [statement] = parse('title  A  guest = x  # no').statements;
    expect(statement!.words).toMatchObject([{ name: 'TEXT', text: 'A  guest = x' }]);
  });

  test('keys and flags come in any order, host statements are not guest statements', () => {
    const { statements, problems } = parse(
      'read 1 user width=4\nread 1 width=4 user\nhost slot 1 delete\nslot 1 size=4K gpa=0',
    );
    expect(problems).toEqual([]);
    expect(statements.map(({ verb, host }) => [verb, host])).toEqual([
      ['read', false],
      ['read', false],
      ['slot', true],
      ['slot', false],
    ]);
  });

  test('all that Xen and nested guests write is understood', () => {
    const text = `machine xen mmu=pv memory=24 pv-l1tf=domu
slot 0 gpa=0 size=32M pod
poke 0x1000 raw:0xa0000|p pte
read 0x1000 pte
hypercall mmu_update 0x1000+1 new|p|w 0x2000 0
hypercall mmuext_op tlb_flush_local , pin_l1_table raw:0xa0 , 77
hypercall update_va_mapping 0x1000 0 flags=invlpg-all
hypercall vm_assist enable writable_pagetables
cpu1 vmrun ncr3=n cr3=l2 paging=off
vmlaunch eptp=n+0x1e
vmexit
host protect 0x1000 4K mmio
host populate 0x1000 4K
host peek-dirty 0
host pod-target 20
host pod-query`;
    expect(parse(text).problems).toEqual([]);
    expect(parse(text).statements).toHaveLength(16);
  });
});

describe('problems', () => {
  test.each([
    ['raed 0x1000', "1:1: unknown statement 'raed'; did you mean 'read'?"],
    ['frobnicate', "1:1: unknown statement 'frobnicate'"],
    ['host dorp 0 4K', "1:6: unknown host step 'dorp'; did you mean 'drop'?"],
    ['drop 0 4K', "1:1: 'drop' is no statement; did you mean 'host drop'?"],
    ['host read 0', "1:6: 'host read' is no statement; did you mean 'read'?"],
    ['host', "1:1: expected a host step after 'host'"],
    ['\n  cpu0', "2:3: expected a guest's step after 'cpu0'"],
    ['cpu0 map s 0 0 p', "1:1: 'map' is no guest's step and takes no 'cpu0'"],
    ['read', "1:1: 'read' needs GVA: guest virtual address"],
    ['write 0x1000', "1:1: 'write' needs VALUE: what is written"],
    [
      'write 0x1000 width=4 5',
      "1:22: 'write' takes no word '5' here: expected user, ac, pte, width= or the end of the line",
    ],
    [
      'read 0x1000 usr',
      "1:13: 'read' takes no word 'usr' here: expected user, ac, pte, width= or the end of the line; did you mean 'user'?",
    ],
    ['invlpg 1 2', "1:10: 'invlpg' takes no word '2' here"],
    ['read 1 user user', "1:13: 'user' stands twice"],
    ['read 1 width=4 width=4', "1:16: 'width=' stands twice"],
    ['read 1 widht=4', "1:8: 'read' has no key 'widht' (it has width); did you mean 'width'?"],
    ['machine kvm vcpu=2', "1:13: 'machine' has no key 'vcpu'; did you mean 'vcpus'?"],
    ['read 1 width=3', "1:14: width: expected one of 1, 2, 4, 8, found '3'"],
    ['machine kmv', "1:9: KIND: expected one of bare, kvm, xen, found 'kmv'; did you mean 'kvm'?"],
    ['machine kvm vcpus=', '1:13: vcpus: expected a number such as 4096, 0x1000 or 4K, found nothing'],
    ['machine kvm pml=a,b', "1:17: pml: expected a word of letters, digits, - and _, found 'a,b'"],
    ['slot 0 gpa=0', "1:1: 'slot' needs size=: bytes, whole pages of 4 KiB"],
    ['slot x gpa=0 size=4K', "1:6: ID: expected a number such as 4096, 0x1000 or 4K, found 'x'"],
    ['map s 0 0', "1:1: 'map' needs BITS: the other bits of the leaf entry, such as p|w|u"],
    ['host dirty-log 0', "1:1: 'host dirty-log' needs SWITCH: one of on, off"],
    ['read 0x1g', "1:6: expected a number, a name or a bit, found '0x1g'"],
    ['read 4k', "1:6: expected a number, a name or a bit, found '4k'"],
    ['read root+', "1:10: expected a number, a name or a bit after '+'"],
    ['read a||b', "1:7: expected a number, a name or a bit after '|'"],
    ['read +4', '1:6: expected a number, a name or a bit'],
    ['read 0x1_0000_0000_0000_0000', "1:6: '0x1_0000_0000_0000_0000' does not fit in 64 bits"],
    ['read 16777216T', "1:6: '16777216T' does not fit in 64 bits"],
    ['let ps 1', "1:5: 'ps' is a page-table bit and cannot be a name"],
    ['let 1st 1', "1:5: NAME: expected a name: a letter, then letters, digits, - and _, found '1st'"],
    ['title', "1:1: 'title' needs TEXT: a line for people"],
  ])('%j', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  test('several are told at once, each with its line; the good statements are there', () => {
    const { statements, problems } = parse('scenario 1\nfoo\nread 0x1000\nwrite 1\nbar');
    expect(problems.map(({ span }) => span.line)).toEqual([2, 4, 5]);
    expect(statements.map(({ verb }) => verb)).toEqual(['scenario', 'read']);
  });

  test('there are at most twenty', () => {
    expect(parse('what is 1 1 1\n'.repeat(1000)).problems).toHaveLength(20);
  });

  test('a long word is shortened', () => {
    expect(problemsOf('x'.repeat(100_000))).toEqual([`1:1: unknown statement '${'x'.repeat(37)}…'`]);
  });

  test('a text without end is refused', () => {
    expect(problemsOf('#'.repeat(0x100001))).toEqual([
      '1:1: a scenario has at most 1048576 characters, this one 1048577',
    ]);
    expect(problemsOf('vmexit\n'.repeat(20_001))).toEqual([
      '20001:1: a scenario has at most 20000 statements',
    ]);
  });
});

test('whatever the text, parse returns, and its places are in the text', () => {
  const fragments = fc.constantFrom(
    'read',
    'host',
    'cpu1',
    'slot',
    '=',
    '|',
    '+',
    '#',
    ' ',
    '\t',
    '\n',
    'p',
    '0x',
    'raw:',
    'width=',
  );
  const text = fc
    .array(fc.oneof(fragments, fc.string({ unit: 'binary', maxLength: 4 })))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (written) => {
      const lines = written.split('\n');
      const { statements, problems } = parse(written);
      for (const { span } of [...statements, ...problems]) {
        const line = lines[span.line - 1] ?? '';
        expect(span.column).toBeGreaterThan(0);
        expect(span.column - 1 + span.length).toBeLessThanOrEqual(line.length);
      }
    }),
    { numRuns: 500 },
  );
});
