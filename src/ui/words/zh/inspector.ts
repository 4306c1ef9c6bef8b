/** The inspector: its headings, questions and lists. */
import type { Words } from '#ui/words/en.ts';

export const inspector: Words['inspector'] = {
  follow: '跟随光标',
  pinned: '已选定',
  release: '跟随光标',
  history: '历史',
  noHistory: '没有事件改动过它。',
  event: (number) => `事件 ${number}`,
  bits: '各位',
  role: '角色与链表',
  errorCode: '错误码，逐位说明',
  gone: '此刻它不在任何表中。',
  nothing: '请选择一个页表项、一张表或一个事件。',
  last: '最后写入者',
  questions: {
    lastWrite: '上次写入',
    nextWrite: '下次写入',
    nextRead: '下次读取',
    appeared: '何时出现',
    gone: '何时消失',
  },
  questionHelp: {
    lastWrite: '转到此前最后一次写入它的事件',
    nextWrite: '转到下一个写入它的事件',
    nextRead: '转到处理器或 KVM 下一次读取它的遍历',
    appeared: '转到创建这张表的事件',
    gone: '转到释放这张表的事件',
  },
  noAnswer: {
    lastWrite: '在这次运行中，此前无人写入。',
    nextWrite: '在这次运行中，此后无人写入。',
    nextRead: '在这次运行中，此后没有遍历读取它。',
    appeared: '它一开始就在。',
    gone: '它一直存在到运行结束。',
  },
  thisEvent: '就是这个事件。',
  ask: '提问',
  lists: {
    rmap: (gfn) => `客户机页帧 ${gfn} 的反向映射（rmap）`,
    parents: (table) => `${table} 的上级页表项`,
    unsyncBelow: '不同步，或其下有不同步的页',
    bucket: '在同一哈希桶中',
    empty: '无。',
    more: (count) => `… 另有 ${count} 项`,
  },
};
