import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_CHARACTERS, parseFilter } from './parse.ts';
import type { FilterProblem } from './problem.ts';
import { EVERYTHING, type Filter, filterText } from './syntax.ts';

function filterOf(text: string): Filter {
  const parsed = parseFilter(text);
  if ('problem' in parsed) throw new Error(`${text}: ${parsed.problem.why}`);
  return parsed.filter;
}

/** What is wrong, and the part of the text that it is about. */
function problemOf(text: string): {
  readonly why: string;
  readonly at: string;
  readonly problem: FilterProblem;
} {
  const parsed = parseFilter(text);
  if (!('problem' in parsed)) throw new Error(`${text} is a filter`);
  const { problem } = parsed;
  return { why: problem.why, at: text.slice(problem.from, problem.to), problem };
}

const kind = (pattern: string): Filter => ({ is: 'kind', pattern });
const text = (word: string): Filter => ({ is: 'text', text: word });

describe('a filter', () => {
  const field = { is: 'field', bit: '' } as const;
  const rows: readonly (readonly [string, Filter])[] = [
    ['', EVERYTHING],
    ['  ', EVERYTHING],
    ['kind:kvm_mmu_*', kind('kvm_mmu_*')],
    ['family:tracepoint', { is: 'family', family: 'tracepoint' }],
    ['is:fault', { is: 'group', group: 'fault' }],
    ['cpu:1', { is: 'cpu', cpu: 1 }],
    ['cpu:host', { is: 'cpu', cpu: null }],
    ['step:3..5', { is: 'counted', key: 'step', range: { from: 3n, to: 5n } }],
    ['event:57', { is: 'counted', key: 'event', range: { from: 57n, to: 57n } }],
    ['fn:mmu_set_spte', { is: 'function', pattern: 'mmu_set_spte' }],
    ['entry:t3[5]', { is: 'thing', key: 'entry', name: 't3[5]' }],
    ['entry:103[010]', { is: 'thing', key: 'entry', name: '103[010]' }],
    ['table:T3', { is: 'thing', key: 'table', name: 't3' }],
    ['frame:0x103', { is: 'thing', key: 'frame', name: '0x103' }],
    ['gva:0x1000..0x1fff', { is: 'thing', key: 'gva', name: '0x1000..0x1fff' }],
    ['writes:t3[010]', { is: 'thing', key: 'writes', name: 't3[010]' }],
    ['reads:cr3', { is: 'thing', key: 'reads', name: 'cr3' }],
    ['reg:hardware-cr3', { is: 'thing', key: 'reg', name: 'hardware-cr3' }],
    ['gfn=0x10', { ...field, name: 'gfn', operator: '=', value: '0x10' }],
    ['level>=2', { ...field, name: 'level', operator: '>=', value: '2' }],
    ['spte=h1|0xe67', { ...field, name: 'spte', operator: '=', value: 'h1|0xe67' }],
    ['spte.w!=1', { is: 'field', name: 'spte', bit: 'w', operator: '!=', value: '1' }],
    ['statement="write 0x10000 1"', { ...field, name: 'statement', operator: '=', value: 'write 0x10000 1' }],
    ['fault', text('fault')],
    ['"two words"', text('two words')],
    ['"-- ok"', text('-- ok')],
    ['"or"', text('or')],
    ['a -', { is: 'all', of: [text('a'), text('-')] }],
    ['-- ok', { is: 'all', of: [text('--'), text('ok')] }],
    ['say"s it"', text('says it')],
    ['-fault', { is: 'not', of: text('fault') }],
    ['a b', { is: 'all', of: [text('a'), text('b')] }],
    ['a and b', { is: 'all', of: [text('a'), text('b')] }],
    ['a b or c', { is: 'any', of: [{ is: 'all', of: [text('a'), text('b')] }, text('c')] }],
    ['a (b | c)', { is: 'all', of: [text('a'), { is: 'any', of: [text('b'), text('c')] }] }],
    ['-(a or b)', { is: 'not', of: { is: 'any', of: [text('a'), text('b')] } }],
  ];
  it.each(rows)('%s', (written, filter) => {
    expect(filterOf(written)).toEqual(filter);
  });
});

describe('what cannot be read is said where it stands', () => {
  it.each([
    ['a kid:fault', 'no-such-key', 'kid:fault'],
    ['kind:', 'value-missing', 'kind:'],
    ['kind:kvm_mmu_set_sptee', 'no-such-kind', 'kind:kvm_mmu_set_sptee'],
    ['a gnf=1', 'no-such-field', 'gnf=1'],
    ['gfn=', 'value-missing', 'gfn='],
    ['gfn=abc', 'field-value', 'gfn=abc'],
    ['access=wxyz', 'field-value', 'access=wxyz'],
    ['at<t3', 'not-ordered', 'at<t3'],
    ['spte.zz=1', 'no-such-bit', 'spte.zz=1'],
    ['spte.w=2', 'bit-value', 'spte.w=2'],
    ['sp.w=1', 'no-such-bit', 'sp.w=1'],
    ['family:kvm', 'one-of', 'family:kvm'],
    ['is:broken', 'one-of', 'is:broken'],
    ['cpu:all', 'cpu', 'cpu:all'],
    ['step:5..3', 'range', 'step:5..3'],
    ['entry:t3', 'thing', 'entry:t3'],
    ['entry:t3[400000]', 'thing', 'entry:t3[400000]'],
    ['table:x', 'thing', 'table:x'],
    ['a (b', 'open-bracket', '('],
    ['a) b', 'close-bracket', ')'],
    ['()', 'term-missing', ')'],
    ['a or', 'term-missing', ''],
    ['or a', 'term-missing', 'or'],
    ['say "what', 'open-quote', '"what'],
  ])('%s: %s', (written, why, at) => {
    expect(problemOf(written)).toMatchObject({ why, at });
  });

  it('with what may have been meant', () => {
    expect(problemOf('kind:kvm_mmu_set_sptee').problem).toMatchObject({
      near: ['kvm_mmu_set_spte', 'kvm_mmu_set_accessed_bit', 'kvm_mmu_set_dirty_bit'],
    });
    expect(problemOf('kind:page_fault_').problem).toMatchObject({ near: [] });
    expect(problemOf('lev=1').problem).toMatchObject({ near: ['level'] });
  });

  it('and nothing is too long or too deep to be refused', () => {
    expect(problemOf('a'.repeat(MOST_CHARACTERS + 1)).why).toBe('too-long');
    expect(problemOf('('.repeat(400)).why).toBe('too-deep');
    expect(problemOf('-('.repeat(300)).why).toBe('too-deep');
  });
});

const word = fc.stringMatching(/^[a-z0-9 _*|()"-]{1,8}$/).filter((each) => !each.includes('"'));
const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ is: fc.constant('text' as const), text: word }),
  fc.record({ is: fc.constant('kind' as const), pattern: fc.constantFrom('kvm_*', 'reference', '*') }),
  fc.record({ is: fc.constant('cpu' as const), cpu: fc.constantFrom(0, 3, null) }),
  fc.record({ is: fc.constant('group' as const), group: fc.constantFrom('fault' as const, 'exit' as const) }),
  fc.constantFrom(
    filterOf('gfn=0x10'),
    filterOf('spte.w=0'),
    filterOf('step:2..4'),
    filterOf('entry:t3[010]'),
  ),
);

describe('written again', () => {
  const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.record({ is: fc.constant('not' as const), of: tie('filter') }),
      fc.record({
        is: fc.constantFrom('all' as const, 'any' as const),
        of: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
      }),
    ),
  }));

  /** Lists within a list of the same sort are one list: that is how they are read. */
  function flat(given: Filter): Filter {
    if (given.is === 'not') return { is: 'not', of: flat(given.of) };
    if (given.is !== 'all' && given.is !== 'any') return given;
    const of = given.of.map(flat).flatMap((part) => (part.is === given.is ? part.of : [part]));
    return { is: given.is, of };
  }

  it('a filter is the same', () => {
    fc.assert(
      fc.property(filter, (given) => {
        expect(filterOf(filterText(flat(given)))).toEqual(flat(given));
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('any text is read, or refused at a place within it', () => {
    const pieces = fc.constantFrom(
      'kind:',
      'gfn',
      '=',
      '>=',
      '0x1',
      '"',
      '(',
      ')',
      '-',
      ' ',
      'or',
      't3[1]',
      '..',
      '\n',
      'é',
      '.w',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const written = parts.join('');
        const parsed = parseFilter(written);
        if (!('problem' in parsed)) return;
        const { from, to } = parsed.problem;
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeGreaterThanOrEqual(from);
        expect(to).toBeLessThanOrEqual(written.length);
      }),
      { seed: 12, numRuns: 2000 },
    );
  });
});
