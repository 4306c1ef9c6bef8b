import type { Words } from '#ui/words/en.ts';

const behind = (step: number): string => (step === 0 ? '第一步之前' : `步骤 ${step} 之后`);

export const edits: Words['edits'] = {
  undo: '撤销',
  redo: '重做',
  isIn: (setup, steps, step) =>
    [
      ...(steps.length > 0 ? [`已在${behind(step)}插入：${steps.join(' · ')}`] : []),
      ...(setup.length > 0
        ? [`${steps.length > 0 ? '并' : '已'}在第一步之前加入：${setup.join(' · ')}`]
        : []),
    ].join('，'),
  insert: {
    title: '插入语句',
    button: '插入…',
    label: '语句',
    behind: (step, statement) => `在步骤 ${step} 之后：${statement}`,
    first: '作为第一步',
    setup: '在第一步之前，与准备机器的语句一起',
    stale: '文本中有错误，请先改正。',
    hint: '按 Enter 插入，场景随即重新运行。',
    submit: '插入',
    cancel: '取消',
  },
};
