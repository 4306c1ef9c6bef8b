/** The page around the views: top bar, panes, status, messages, keys. */
import type { Words } from '#ui/words/en.ts';

export const product: Words['product'] = 'Penumbra';

export const bar: Words['bar'] = {
  open: '打开',
  examples: '场景',
  drafts: '我的草稿',
  copy: '复制链接',
  copied: '链接已复制',
  meter: (length) => `${length} 个字符；聊天软件至多允许 2000 个`,
  theme: '主题',
  themes: { system: '跟随系统', light: '浅色', dark: '深色' },
  language: '语言',
  keys: '快捷键',
  untitled: '无标题',
  bare: '裸机',
  paging: (mode) =>
    ({ off: '无分页', '32': '32 位分页', pae: 'PAE 分页', '4': '四级分页', '5': '五级分页' })[mode],
};

export const panes: Words['panes'] = {
  scenario: '场景',
  walk: '遍历',
  tables: '页表',
  inspector: '检视',
  memory: '内存',
  calls: '调用',
  marks: '标记',
  cost: '开销',
  events: '事件',
  timeline: '时间线',
  resize: (pane) => `调整大小：${pane}`,
};

export const status: Words['status'] = {
  running: '运行中…',
  steps: (count) => `${count} 步`,
  clean: '没有错误',
  problems: (count) => `${count} 个错误`,
  stale: '各视图显示的是上一次没有错误的运行。',
};

export const editor: Words['editor'] = {
  label: '场景文本',
  loading: '编辑器正在加载；现在已经可以输入。',
  phrases: {
    Completions: '补全',
    'Control character': '控制字符',
    Diagnostics: '问题',
    'No diagnostics': '没有问题',
    'Go to line': '转到行',
    go: '转到',
    'Selection deleted': '已删除所选内容',
    Find: '查找',
    Replace: '替换为',
    next: '下一个',
    previous: '上一个',
    all: '全部',
    'match case': '区分大小写',
    'by word': '全词匹配',
    regexp: '正则表达式',
    replace: '替换',
    'replace all': '全部替换',
    close: '关闭',
    'current match': '当前匹配',
    'on line': '位于行',
    'replaced $ matches': '已替换 $ 处',
    'replaced match on line $': '已替换第 $ 行的匹配',
  },
};

export const sentence: Words['sentence'] = { title: '刚刚发生了什么，为什么', empty: '还没有发生任何事。' };

export const messages: Words['messages'] = {
  dismiss: '关闭',
  linkProblem: (problem, isKept) => `无法打开这个链接。${problem}${isKept ? '原来打开的内容仍在。' : ''}`,
  differs: '这一时刻与发送者所见不同：链接生成之后，引擎有了改动。',
  moved: '链接所指的时刻在这次运行中不存在；现在显示的是最近的一个。',
  stopped: (reason) => `运行已停止：${reason}`,
  crash: (reason) => `引擎意外停止：${reason}`,
  problems: '这个链接中的场景有错误，已在编辑器中标出。',
  noLanguage: '无法加载这种语言的文本。',
};

export const keys: Words['keys'] = {
  title: '快捷键',
  close: '关闭',
  hints: { next: '事件', nextStep: '步骤', nextSame: '同类事件', play: '播放' },
};

export const commandGroups: Words['commandGroups'] = {
  move: '移动',
  find: '查找与标记',
  edit: '修改场景',
  panes: '窗格',
  page: '页面',
};

export const palette: Words['palette'] = {
  title: '命令、场景与位置',
  hint: '命令、场景，或 t3[010]、0x10000、42',
  empty: '没有叫这个名字的。',
  places: '位置',
  goTo: (name) => `转到 ${name}`,
};

export const commands: Words['commands'] = {
  next: '下一个事件',
  previous: '上一个事件',
  nextStep: '下一步骤',
  previousStep: '上一步骤',
  nextSame: '下一个同类事件',
  previousSame: '上一个同类事件',
  play: '播放或停止',
  slower: '放慢播放',
  faster: '加快播放',
  first: '第一个事件',
  last: '最后一个事件',
  back: '后退到先前所在之处',
  forward: '再前进',
  search: '搜索事件',
  runOn: '运行到下一个停止点',
  runBack: '回到上一个停止点',
  stopKind: '在此类事件停下',
  note: '在此事件处记笔记',
  nextNote: '下一条笔记',
  previousNote: '上一条笔记',
  nextFound: '下一个找到的事件',
  previousFound: '上一个找到的事件',
  palette: '所有命令',
  help: '显示快捷键',
  release: '取消选择，或还原最大化的窗格',
  undo: '撤销上一次修改',
  redo: '重做',
  insert: '在此步骤之后插入语句',
  fork: '同时保留最近一次修改的前后两份并比较',
  learn: '学习用的窗格',
  debug: '所有窗格',
  present: '演示：大字，只显示遍历',
  maximise: '最大化或还原窗格',
  fold: '折叠或展开窗格',
  open: '打开文件',
  export: '导出：图片、日志、邮件文本',
  detail: '切换详细程度',
  compare: '比较多台机器，或只看一台',
  nextColumn: '转到比较中的下一台机器',
  firstDifference: '转到比较中各次运行开始不同之处',
  theme: '浅色或深色',
};
