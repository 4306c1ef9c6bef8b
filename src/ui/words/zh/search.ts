/** The search over events: its box, and what is said of a filter that cannot be read. */
import type { FieldType } from '#machine/events.ts';
import type { Words } from '#ui/words/en.ts';
import { code, listed, say, type Text } from '#ui/words/text.ts';

/** How values of a field's type are written. */
const FORMS: Partial<Record<FieldType, string>> = {
  bool: '0 或 1',
  not: '0 或 1',
  gpte: '4 或 8',
  acc: '权限，如 wux 或 w--',
  rwxu: '权限，如 rwxu 或 r-x-',
  letters: '字母，如 P|W，或一个数',
  pferr: '字母，如 P|W，或一个数',
  vector: '#PF 或一个数',
  code: 'none 或一个数',
  pfn: '宿主机页帧，如 h1',
  spte: 'h1、h1|0xe67 或一个数',
  either: 'h1、h1|0xe67 或一个数',
  table: '页表，如 t3',
  at: 't3+0x80 或 t3[010]',
  from: '一个地址、t3+0x80 或 t3[010]',
};

const form = (type: FieldType): string => FORMS[type] ?? '一个数，如 16 或 0x10';

const THINGS: Readonly<Record<string, string>> = {
  entry: 't3[010] 或 103[010]，索引为十六进制',
  table: 't3，或客户机页帧，如 103',
  frame: '客户机页帧，如 0x103，或宿主机页帧，如 h1',
  gva: '一个地址，如 0x10000，或 0x10000..0x10fff',
  gpa: '一个地址，如 0x10000，或 0x10000..0x10fff',
  reg: '一个寄存器，如 cr3 或 hardware-cr3',
  writes: '页表项、页表、页帧或寄存器：t3[010]、t3、h1、0x103、cr3',
  reads: '页表项、页表或页帧：t3[010]、t3、0x103',
};

const codes = (words: readonly string[]): Text => listed(words.map((word) => code(word)));
const meant = (near: readonly string[]): Text => (near.length === 0 ? [] : say`是否想写 ${codes(near)}？`);

export const search: Words['search'] = {
  label: '搜索事件',
  placeholder: '搜索事件',
  found: (count, isDone) => `${count}${isDone ? '' : '…'} 个事件`,
  foundAt: (rank, count) => `第 ${rank} 个，共 ${count} 个`,
  next: '下一个找到的事件',
  previous: '上一个找到的事件',
  help: '筛选条件的写法',
  problems: {
    'too-long': () => say`筛选条件至多 1000 个字符。`,
    'too-deep': () => say`括号太多了。`,
    'open-quote': () => say`这里还需要一个 ${code('"')}：文本没有结束。`,
    'open-bracket': () => say`需要 ${code(')')}：这个括号没有关上。`,
    'close-bracket': () => say`这个 ${code(')')} 之前没有 ${code('(')}。`,
    'term-missing': () => say`这里需要一个条件，如 ${code('kind:fault')} 或 ${code('gfn=0x10')}。`,
    'no-such-key': ({ key, known }) => say`没有 ${code(`${key}:`)}。可用的有 ${codes(known)}。`,
    'value-missing': ({ before }) => say`${code(before)} 之后需要一个值。`,
    'no-such-kind': ({ name, near }) => say`没有名为 ${code(name)} 的事件类型。${meant(near)}`,
    'no-such-field': ({ name, near }) => say`没有事件带有字段 ${code(name)}。${meant(near)}`,
    'one-of': ({ key, known }) => say`${code(`${key}:`)} 之后须是 ${codes(known)} 之一。`,
    range: ({ key }) => say`${code(`${key}:`)} 之后需要一个数，或如 ${code('3..5')} 的两个数，小的在前。`,
    cpu: () => say`${code('cpu:')} 之后需要一个数，或 ${code('host')}。`,
    thing: ({ key }) => say`${code(`${key}:`)} 之后需要${THINGS[key] ?? '一个名字'}。`,
    'not-ordered': ({ field, operator }) =>
      say`${code(field)} 不是数：请用 ${code('=')} 或 ${code('!=')}，不要用 ${code(operator)}。`,
    'no-such-bit': ({ field, bit }) =>
      say`${code(field)} 没有位 ${code(bit)}。位可以写名字（${code('w')}）或编号。`,
    'bit-value': () => say`位的值是 ${code('0')} 或 ${code('1')}。`,
    'field-value': ({ field, types }) =>
      say`${code(field)} 的值须是：${[...new Set(types.map(form))].join('；')}。`,
  },
  sheet: {
    title: '搜索事件',
    intro: '并列的条件须同时成立；or 表示任一成立，- 表示排除，括号用于分组。',
    meanings: {
      kind: '某类事件',
      field: '字段的值，写法与列表相同',
      number: '比较数的大小',
      bit: '其中的一位',
      thing: '提到、读取或改动某个页表项；另有 table: frame: reg: gva: gpa:，以及 writes: reads:',
      function: '在某个函数之内',
      counted: '在某些步骤中；另有 event: cpu:',
      group: '各种异常；另有 is:exit、is:change、family:walk',
      text: '行中的一段文本',
    },
  },
};
