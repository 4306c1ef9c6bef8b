/** The views but the inspector: walk, memory, tables, calls, timeline with its list. */
import type { Words } from '#ui/words/en.ts';
import { say } from '#ui/words/text.ts';

export const walk: Words['walk'] = {
  rows: {
    guest: { title: '客户机页表', note: '由 KVM 读取' },
    shadow: { title: '影子页表', note: '由硬件读取' },
    hardware: { title: '页表遍历', note: '由硬件读取' },
  },
  none: '这次运行中没有地址转换。',
  ahead: '即将：',
  references: (count) => `${count} 次内存访问`,
  reads: { read: '读', write: '写', exec: '取指' },
  user: '（用户态）',
  fault: '缺页',
  shadows: (shadow, frame) => say`${shadow} 是 ${frame} 的影子`,
  notReached: '未到达',
  figure: (gva) => `${gva} 的页表遍历`,
  hit: 'TLB 命中：无需遍历页表。',
  grid: {
    nestedLevel: (level) => `nL${level}`,
    bitsOfGpa: (bits) => `gpa 的 ${bits}`,
    guestEntry: '客户机页表项',
    cr3: 'cr3 寄存器',
    levelEntry: (level) => `gL${level} 表项`,
    rowName: (level, above) => (above === null ? 'cr3' : level === 0 ? '数据' : `gL${above}`),
    page: '页',
    spared: '省去',
    mended: (event) => `✕ 异常 ${event}`,
    count: (made, all) => (made === all ? `${all} 次内存访问` : `${all} 次内存访问中的 ${made} 次`),
    rule: (guest, nested) => `(${guest} + 1) × (${nested} + 1) − 1`,
  },
};

export const memory: Words['memory'] = {
  lanes: {
    gva: '客户机线性地址',
    gpa: '客户机物理地址',
    hva: '宿主机虚拟地址',
    hpa: '宿主机页帧',
  },
  marks: {
    table: '页表',
    protected: '写保护',
    dirty: '脏页',
    'read-only': '只读',
    dropped: '已收回',
    zero: '共享零页',
    huge: '2 MiB',
    gigantic: '1 GiB',
    'no slot': '空洞',
    tracked: '跟踪中',
    noted: '已记下',
    unmapped: '未映射',
  },
  via: (slot) => `由嵌套页表项 ${slot} 映射`,
  unpaged: '与 gpa 相同',
  hidden: (count) => `… 另有 ${count} 页`,
};

export const tables: Words['tables'] = {
  guest: '客户机页表',
  guestNote: '由客户机写入',
  hypervisor: '影子页',
  hypervisorNote: '由 KVM 建立',
  nested: { amd: '嵌套页表（NPT）', intel: '嵌套页表（EPT）' },
  nestedNote: '以 gpa 为索引',
  noPaging: '无：未启用分页',
  bare: '没有虚拟机监控器：硬件直接遍历这些页表',
  more: (count) => `… 另有 ${count} 项`,
  fewer: '收起',
  root: (count) => `根 ×${count}`,
  rootOf: (cpus) => `${cpus} 的根`,
  direct: '直接',
  indirect: '间接',
  unsync: '不同步',
  obsolete: '已过时',
  fresh: '新建',
  protected: '写保护',
  writable: '可写',
  empty: '没有页表项',
  standsFor: '对应',
  references: (count) => `根，${count} 个引用`,
  invalid: '已失效',
  forCode: '供代码',
  forCodeHelp: '仅因不允许从大页执行代码（nx_huge_pages）而存在',
  reached: '经 ',
  reachedHelp: (slot) => `处理器经嵌套页表项 ${slot} 到达这张页表`,
  links: { shadows: '影子', maps: '映射', translates: '转换' },
  summary: (count) => `${count} 张表`,
};

export const calls: Words['calls'] = {
  label: (step, event) => `步骤 ${step} 的函数调用，标出事件 ${event}`,
  outside: '此事件发生时没有内核函数在运行。',
  onlyTelling: '只看有事件的调用',
};

export const timeline: Words['timeline'] = {
  label: '时间线：光标所在的事件',
  host: '宿主机',
  event: (number) => `事件 ${number}`,
  ofEvents: (count) => `共 ${count} 个`,
  step: (number, count) => `步骤 ${number}，共 ${count} 步`,
  zoomIn: '放大',
  zoomOut: '缩小',
  detail: '详细程度',
  details: { hardware: '硬件', hypervisor: '虚拟机监控器', everything: '全部' },
  detailHelp: '逐个经过哪些事件：遍历、TLB 和退出；加上虚拟机监控器所做的；或者再加上每次函数调用',
  list: '事件列表',
};
