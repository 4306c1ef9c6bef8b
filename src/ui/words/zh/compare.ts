/** Runs beside each other. */
import type { Figures, Verdict } from '#ui/compare/trade-off.ts';
import type { Words } from '#ui/words/en.ts';
import { say } from '#ui/words/text.ts';

/** With one decimal where it is no whole number. */
const average = (value: number): string => value.toFixed(1).replace(/\.0$/, '');

const perMiss = ({ perMiss: value }: Figures): string =>
  value === 0 ? '没有完成的页表遍历' : `一次 TLB 未命中需 ${average(value)} 次内存访问`;

const VERDICTS: Readonly<Record<Verdict, (first: string, second: string) => string>> = {
  trade: (first, second) => `${first} 的代价是退出，${second} 的代价是内存访问。`,
  'trade-back': (first, second) => `${second} 的代价是退出，${first} 的代价是内存访问。`,
  first: (first) => `${first} 两者都更少。`,
  second: (_, second) => `${second} 两者都更少。`,
  'first-exits': (first) => `内存访问一样多，${first} 的退出更少。`,
  'second-exits': (_, second) => `内存访问一样多，${second} 的退出更少。`,
  'first-references': (first) => `退出一样多，${first} 的内存访问更少。`,
  'second-references': (_, second) => `退出一样多，${second} 的内存访问更少。`,
  same: () => '两者在这里开销相同。',
};

export const compare: Words['compare'] = {
  title: '比较',
  open: '比较',
  openHelp: '把同样的语句放到其他机器上并列运行',
  close: '关闭比较',
  add: '添加一台机器',
  remove: (name) => `移除 ${name}`,
  use: (name) => `只用 ${name} 继续`,
  summary: (steps, runs) => `${runs} 台机器上的 ${steps} 个步骤`,
  machine: '机器',
  processor: '处理器',
  switches: '开关',
  switched: (count) => `开关：${count}`,
  columns: '各台机器',
  focus: (name) => `逐个查看 ${name} 的事件`,
  kept: (machine) => `${machine}，修改之前`,
  edited: (machine) => `${machine}，现在`,
  isEdited: '已修改',
  keep: '与修改前比较',
  keepHelp: '打开时的文本与现在的文本并列',
  refused: '这台机器不能运行此场景：',
  leftOut: '已略去，这台机器做不到：',
  line: (line) => `第 ${line} 行`,
  bars: '各步骤的开销',
  measure: '柱形表示的内容',
  otherOutcome: (outcomes) => `结果不同：${outcomes}`,
  firstOutcome: (step) => `从步骤 ${step} 起结果不同`,
  sameOutcomes: '每一步在各台机器上的结果都相同。',
  firstEvent: (event) => `从事件 ${event} 起日志不同`,
  sameEvents: '两份日志内容相同。',
  partHere: '日志从这里开始不同',
  noDifference: '没有可转到的差别：各次运行内容相同。',
  both: '都保留并比较',
  costs: '开销并列',
  span: '统计范围',
  spans: { step: '本步骤', soFar: '到此为止', run: '整个运行' },
  figures: (references, exits, tables) => `${references} 次内存访问 · ${exits} 次退出 · ${tables} 张表`,
  tradeOff: (first, second, steps, verdict) =>
    say`在 ${steps} 个步骤中，${first.name} 退出客户机 ${first.exits} 次，${perMiss(first)}；${second.name} 退出 ${second.exits} 次，${perMiss(second)}。${VERDICTS[verdict](first.name, second.name)}`,
};
