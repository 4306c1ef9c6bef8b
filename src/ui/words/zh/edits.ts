import type { Words } from '#ui/words/en.ts';

const after = (step: number): string => (step === 0 ? '第一步之前' : `步骤 ${step} 之后`);

export const edits: Words['edits'] = {
  flip: (name, value, statements) => `将${name}设为 ${value}：${statements.join(' · ')}`,
  preview: (setup, steps) => [...steps, ...setup.map((each) => `第一步之前：${each}`)].join(' · '),
  hint: '点按一个位：会在此步骤之后插入翻转它的语句。',
  refusals: {
    hypervisor: '这个表项归 KVM 所有：它随客户机和宿主机的操作而变。',
    unreachable: '客户机没有通往这张表的线性地址，不能写这个表项。',
    dead: '机器已停机：此步骤之后不再运行任何语句。',
    stale: '文本没有错误并运行之后，才能翻转各个位。',
  },
  host: '宿主机可以',
  change: '修改表项…',
  form: {
    label: '表项的新值',
    hint: '一个数，或像场景中那样写地址与各个位：0x10000|p|w',
    is: (value) => `即 ${value}`,
    same: '表项已是这个值。',
    submit: '插入',
    cancel: '取消',
  },
  undo: '撤销',
  redo: '重做',
  isIn: (setup, steps, step) =>
    [
      ...(steps.length > 0 ? [`已在${after(step)}插入：${steps.join(' · ')}`] : []),
      ...(setup.length > 0
        ? [`${steps.length > 0 ? '并' : '已'}在第一步之前加入：${setup.join(' · ')}`]
        : []),
    ].join('，'),
  insert: {
    title: '插入语句',
    button: '插入…',
    label: '语句',
    after: (step, statement) => `在步骤 ${step} 之后：${statement}`,
    first: '作为第一步',
    setup: '在第一步之前，与准备机器的语句一起',
    stale: '文本中有错误，请先改正。',
    hint: '按 Enter 插入，场景随即重新运行。',
    submit: '插入',
    cancel: '取消',
  },
};
