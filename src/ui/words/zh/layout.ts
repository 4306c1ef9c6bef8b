/** Arranging the panes. */
import type { Words } from '#ui/words/en.ts';

export const layout: Words['layout'] = {
  menu: '窗格',
  presets: { learn: '学习', debug: '调试', present: '演示' },
  presetHelp: {
    learn: '场景、遍历和页表，事件列表较短',
    debug: '所有窗格',
    present: '大字显示遍历和说明，适合课堂投影',
  },
  shown: '展开的窗格',
  lower: '遍历下方的窗格',
  resizeHelp: '拖动可调整大小；双击或按 Delete 复原；按 Enter 折叠',
  fold: (pane) => `折叠${pane}`,
  unfold: (pane) => `展开${pane}`,
  maximise: (pane) => `最大化${pane}`,
  wholeFigure: '整个图',
  restore: (pane) => `还原${pane}`,
};
