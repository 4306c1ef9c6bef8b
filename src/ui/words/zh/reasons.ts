/** Why something is as it is: parts of sentences about events. */

import type { FaultCause } from '#ui/sentence/fault-reason.ts';
import type { OutcomeReason } from '#ui/sentence/flow-facts.ts';
import type { NextReason } from '#ui/sentence/kvm-facts.ts';
import type { Obstacle, SizeReason } from '#ui/sentence/mapping-reason.ts';
import type { WriteReason } from '#ui/sentence/spte-reason.ts';
import type { NoteWords } from '#ui/words/event-words.ts';
import { code, explain, type Sayings, say } from '#ui/words/text.ts';

export const faultCauses: Readonly<Record<FaultCause, string>> = {
  'not-present': '该页表项不存在',
  reserved: '其中有保留位被置位',
  misconfigured: '它可写却不可读，处理器不接受这样的页表项',
  'no-execute': '不允许从该处取指',
  supervisor: '用户态代码不得访问',
  'read-only': '不允许写入',
  'access-tracked': 'KVM 取走了它的全部权限，以便看到下一次使用',
  smep: 'SMEP 禁止内核执行用户页',
  smap: 'SMAP 禁止内核访问用户页',
};

/** What the entry grants: a clause behind "映射为…". */
export const writeReasons: Sayings<WriteReason> = {
  writable: () => say`可写`,
  'kernel-ignores': ({ level }) =>
    say`可写，尽管客户机的第 ${level} 级页表项中 ${code('W = 0')}：CR0.WP = 0，而写入者是内核`,
  'unsync-instead': ({ shadows }) =>
    say`可写，尽管该页帧中是客户机的一张页表：那是最末级页表，可以改为让它的影子页 ${shadows} 不同步`,
  logged: ({ slot }) => say`可写：内存槽 ${slot} 记录脏页，该页视为已写过`,
  'read-only': () => say`只读`,
  'guest-read-only': ({ level }) => say`只读，因为客户机的第 ${level} 级页表项只读（${code('W = 0')}）`,
  'above-read-only': () => say`只读，因为客户机页表项的某个上级只读`,
  'slot-read-only': ({ slot }) => say`只读，因为内存槽 ${slot} 只读`,
  'zero-page': () => say`只读，因为宿主机在该处目前只有共享的零页`,
  'host-read-only': () => say`只读，因为宿主机自己的映射只读`,
  'access-tracked': () => say`暂无任何权限：这里的表项没有 ${code('A')}，KVM 以此看到首次使用`,
  clean: () =>
    say`只读，尽管客户机允许写入：客户机页表项中 ${code('D = 0')}，KVM 必须截获首次写入才能将其置位`,
  shadowed: ({ gfn, shadows }) =>
    say`只读，因为客户机页帧 ${gfn} 中是一张页表，其影子页为 ${shadows}：KVM 必须截获对它的写入`,
  'shadowed-ahead': ({ gfn, shadows }) =>
    say`暂为只读：客户机页帧 ${gfn} 中是一张页表，其影子页为 ${shadows}，不值得为预先映射而让它不同步`,
};

/** Why a neighbour is not mapped ahead. */
const obstacles: Sayings<Obstacle> = {
  'not-present': () => say`的 ${code('P = 0')}`,
  'not-accessed': () => say`的 ${code('A = 0')}，客户机还没有用过它`,
  'no-memory': () => say`背后没有内存`,
  logged: ({ slot }) => say`属于记录脏页的内存槽 ${slot}`,
  dropped: () => say`所指的页须由宿主机先行找回`,
};

export const nextReasons: Sayings<NextReason> = {
  stopped: ({ count, slot, obstacle }) =>
    count === 0
      ? say`没有预先映射相邻页，因为第一个相邻项 ${slot} ${explain(obstacles, obstacle)}。`
      : say`预先映射了 ${count} 个相邻页，到 ${slot} 为止：它${explain(obstacles, obstacle)}。`,
  all: ({ count }) => say`预先映射了 ${count} 个相邻页：八项中余下的全部。`,
  'after-flush': () => say`客户机已使该地址失效，KVM 立即按其页表项的现值映射。`,
  neighbour: () => say`并没有访问要求这一映射：它与发生缺页的页相邻，因而预先映射。`,
};

export const sizeReasons: Sayings<SizeReason> = {
  'host-has-none': () => say`宿主机在该处没有更大的页`,
  'own-table': () => say`客户机的这个页中含有映射它的页表`,
  logged: ({ slot }) => say`内存槽 ${slot} 逐页记录脏页`,
  'slot-edge': ({ slot }) => say`内存槽 ${slot} 没有包含整个大页`,
  shadowed: ({ table }) => say`其中有一张客户机页表，影子页为 ${table}，必须继续受写保护`,
  'host-small': () => say`宿主机在其背后用的是 4 KiB 页`,
  'not-executable': () => say`不允许从大页执行代码（nx_huge_pages）`,
};

export const outcomes: Sayings<OutcomeReason> = {
  ok: () => say`这一步完成。`,
  value: ({ value }) => say`这一步完成：客户机读到 ${value}。`,
  exception: ({ value }) => say`这一步以客户机可见的异常结束：${value}。`,
  dirty: ({ value }) => say`这一步完成：自上次读取脏页日志以来写过的客户机页帧：${value}。`,
  young: ({ isYoung }) =>
    isYoung ? say`这一步完成：其中有页被使用过。` : say`这一步完成：其中没有页被使用过。`,
  'run-error': ({ value }) => say`这一步结束：vCPU 运行失败（${value}）。`,
  error: ({ value }) => say`这一步结束：宿主机的调用被拒绝（${value}）。`,
  internal: ({ value }) => say`这一步结束：KVM 无法继续（内部错误，suberror ${value}）。`,
  shutdown: () => say`这一步结束：在转往双重故障处理程序的途中又发生故障，客户机停机。`,
  'not-run': () => say`这一步没有执行：客户机已停机。`,
};

export const notes: NoteWords = {
  'one address': '一个地址',
  'one address, and the pointers to tables': '一个地址，以及该 PCID 的全部页表指针',
  'one address of the PCID, unless it is global': '该 PCID 的一个地址（全局页除外）',
  'all of the PCID': '该 PCID 的全部',
  'all of the PCID but global pages': '该 PCID 除全局页外的全部',
  'all linear addresses': '全部线性地址',
  'all linear addresses but global pages': '除全局页外的全部线性地址',
  'all that came from these nested tables': '经由这套嵌套页表得到的全部',
  'all that came from any nested tables': '经由任何嵌套页表得到的全部',
  'all of the ASID': '客户机 ASID 的全部',
  'all of the ASID but global pages': '客户机 ASID 除全局页外的全部',
  'all of all ASIDs': '所有 ASID 的全部',
  'all: a new ASID knows nothing yet': '全部：新的 ASID 尚无任何记录',
  'what led to the fault': '它所知的该地址的一切，以便重新读取页表',
  dropped: '撤除映射',
  'the frame holds a guest’s table': '该页帧中是客户机的页表',
  'writes are logged': '写入须记入脏页日志',
  'the host asked whether it was used': '宿主机询问它是否被使用过',
  'synced with the guest’s entry': '与客户机页表项同步',
  made: '已创建',
  moved: '已移动',
  deleted: '已删除',
  'writes are logged from now on': '开始记录脏页',
  'writes are logged no longer': '停止记录脏页',
  'processor, the tables in cr3': '处理器，cr3 中的页表',
  'processor, the nested tables': '处理器，嵌套页表',
  'KVM, the guest’s tables': 'KVM，客户机页表',
};
