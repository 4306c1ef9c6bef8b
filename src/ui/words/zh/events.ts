/** A sentence for each kind of event. */
import type { EventFacts } from '#ui/sentence/facts.ts';
import type { FaultReason } from '#ui/sentence/fault-reason.ts';
import type { LeafFacts } from '#ui/sentence/kvm-facts.ts';
import type { ExitKind } from '#ui/sentence/nested-fault-reason.ts';
import type { EventWords } from '#ui/words/event-words.ts';
import { code, explain, listed, say, type Text, type Value } from '#ui/words/text.ts';
import { mendings, misconfiguration, NO_SHORT_WAY, nestedExit, readNotes, tdpChanges } from './nested.ts';
import { faultCauses, nextReasons, notes, outcomes, sizeReasons, writeReasons } from './reasons.ts';

const ACCESS = { read: '读', write: '写', fetch: '取指' } as const;

/** An entry's name, or that there is one. */
const entry = (slot: Value | null): Text => (slot ? say`页表项 ${slot} ` : say`该页表项`);

const walkFault = (reason: FaultReason, access: keyof typeof ACCESS, gva: Value): Text =>
  say`遍历止于第 ${reason.level} 级：${code(reason.bit)}，${faultCauses[reason.cause]}，因此对 ${gva} 的这次${ACCESS[access]}访问引发缺页异常。`;

const nestedFault = (reason: FaultReason, gva: Value, level: number): Text =>
  say`为${level === 0 ? '页本身' : `客户机第 ${level} 级页表项`}进行的嵌套遍历止于嵌套第 ${reason.level} 级：${code(reason.bit)}，${faultCauses[reason.cause]}。这与客户机自己的页表无关：${gva} 的这次异常归虚拟机监控器处理。`;

const EXIT: Readonly<Record<ExitKind, (facts: EventFacts['exit']) => Text>> = {
  'page-fault': ({ gva }) => say`处理器离开客户机，将 ${gva} 交给虚拟机监控器。`,
  'nested-fault': ({ nested, gpa }) => (nested ? nestedExit(nested, gpa) : say`${gpa}。`),
  misconfiguration: ({ misconfigured: { slot, rule }, gpa }) => misconfiguration(slot, rule, gpa),
  'log-full': () => say`页修改日志（PML）已满，须由虚拟机监控器清空。`,
  instruction: () => say`客户机在此不得自行完成此操作，由虚拟机监控器代为执行。`,
};

const TABLES = {
  guest: '从根开始逐级遍历客户机自己的页表',
  shadow: '从根开始逐级遍历 KVM 建立的页表',
  nested: '遍历 KVM 建立的嵌套页表，因为客户机没有启用分页',
  both: '遍历客户机自己的页表，其中每一步都要先遍历 KVM 建立的嵌套页表',
} as const;

const setBit =
  (letter: 'A' | 'D') =>
  ({ slot }: { readonly slot: Value }): Text =>
    say`KVM 将客户机页表项 ${slot} 的 ${letter} 位置位：没有硬件遍历客户机页表，所以由 KVM 代替处理器来做。`;

function leaf({ gfn, frame, large, rights, next, isWithoutCode }: LeafFacts, slot: Value | null): Text {
  const size = large === null ? '' : `（一个第 ${large} 级大页）`;
  const maps = say`KVM 在${entry(slot)}中将客户机页帧 ${gfn} 映射到宿主机页帧 ${frame}${size}，${explain(writeReasons, rights)}。${isWithoutCode ? '与任何大页一样，不允许从中执行代码（nx_huge_pages）。' : ''}`;
  return next ? say`${maps}${explain(nextReasons, next)}` : maps;
}

type NestedUse = NonNullable<EventFacts['kvm_mmu_get_page']['nested']>;

const NESTED_TABLE: Readonly<Record<NestedUse, (table: Value, level: number, gfn: Value) => Text>> = {
  root: (table, level) =>
    say`KVM 新建嵌套页表的根：空的第 ${level} 级页表 ${table}。它以客户机物理地址为索引，由所有 vCPU 共用。`,
  split: (table, level, gfn) =>
    say`KVM 为客户机页帧 ${gfn} 处大页的 512 个小块新建第 ${level} 级嵌套页表 ${table}。`,
  way: (table, level, gfn) =>
    say`KVM 新建一张空的第 ${level} 级嵌套页表 ${table}，用于页帧 ${gfn} 起的客户机内存。这无需客户机的任何页表。`,
};

export const events: EventWords = {
  step: ({ number, cpu, statement }) =>
    say`步骤 ${number} 开始：${cpu === null ? '宿主机' : `cpu${cpu} `}执行 ${statement}。`,
  outcome: (reason) => explain(outcomes, reason),
  call: (fields) => say`调用 ${fields.function}。`,
  return: (fields) => say`${fields.function} 返回。`,
  exit: (facts) => say`VM 退出（${facts.reason}）：${EXIT[facts.kind](facts)}${readNotes(facts.noted)}`,
  entry: ({ isAgain }) =>
    isAgain ? say`VM 进入：处理器重新进入客户机，重新执行该指令。` : say`VM 进入：处理器进入客户机。`,
  mmio: ({ gpa }) => say`对 ${gpa} 的访问退出到用户空间：该处没有内存。`,

  access: ({ gva, access, isUser, tables }) =>
    say`处理器为${isUser ? '用户态代码' : '内核'}的一次${ACCESS[access]}访问转换 ${gva}：${TABLES[tables]}。`,
  reference: ({ level, slot, isNested, isPresent, target }) => {
    const subject = say`${isNested ? '嵌套' : ''}第 ${level} 级页表项 ${slot}`;
    if (!isPresent) return say`${subject} 不存在，遍历无法继续。`;
    return level === 1 ? say`${subject} 映射页帧 ${target}。` : say`${subject} 指向 ${target}。`;
  },
  translated: ({ gva, frame, noted }) => {
    const what = say`${gva} 的转换无需虚拟机监控器介入：它位于页帧 ${frame}。`;
    return noted.length === 0
      ? what
      : say`${what}遍历将原为 0 的 ${code('D')} 置位，处理器记下客户机页帧：${listed(noted)}。`;
  },
  fault: ({ gva, access, reason, nestedFor, isWithoutExit }) => {
    if (!reason) return say`对 ${gva} 的遍历以缺页异常告终。`;
    if (nestedFor !== null) return nestedFault(reason, gva, nestedFor);
    const what = walkFault(reason, access, gva);
    return isWithoutExit
      ? say`${what}这是客户机自己的异常：处理器不离开客户机便直接引发它，KVM 对此一无所知。`
      : what;
  },
  tlbHit: ({ gva }) => say`TLB 中已有 ${gva} 的转换：无需遍历。`,
  tableHit: ({ level, address, isNested, sparesNestedWalks }) =>
    isNested
      ? say`页表结构缓存中已有客户机物理地址 ${address} 直到第 ${level} 级的嵌套页表项：嵌套遍历从其下开始。`
      : say`页表结构缓存中已有 ${address} 直到第 ${level} 级的页表项：遍历从其下开始${sparesNestedWalks ? '，到此也无需嵌套遍历' : ''}。`,
  frameHit: ({ gfn, frame }) => say`处理器记得客户机页帧 ${gfn} 位于 ${frame}：无需为它遍历嵌套页表。`,
  tlbFlush: ({ by, address, what }) =>
    say`${by}${address ? say`（${address}）` : ''}使处理器丢弃：${notes[what]}。`,

  memory: ({ gpa, value }) => say`客户机内存 ${gpa} 处变为 ${value}。`,
  link: ({ slot, table, isNested }) =>
    say`KVM 使${entry(slot)}指向${isNested ? '嵌套页表' : '影子页'} ${table}：硬件的遍历现在可以再深入一级。`,
  spte: ({ at, old, new: now, why }) => say`页表项 ${at} 由 ${old} 变为 ${now}：${notes[why]}。`,
  rmapAdd: ({ gfn, at }) => say`${gfn} 的反向映射（rmap）加入 ${at}。`,
  rmapRemove: ({ gfn, at }) => say`${gfn} 的反向映射（rmap）移除 ${at}。`,
  unlink: ({ sp, at }) => say`页表 ${sp} 失去上级页表项 ${at}。`,
  tableFree: ({ sp }) => say`页表 ${sp} 被释放。`,
  roots: ({ sp, count, isCounted }) => {
    if (isCounted)
      return say`根 ${sp} 现有 ${count} 个引用：根链表一个，使用它的每个 vCPU 和对它的每次遍历各一个。`;
    return count === 0 ? say`${sp} 不再用作根。` : say`${sp} 现在有 ${count} 处用作根。`;
  },
  register: ({ register, value }) => say`${register} 变为 ${value}。`,
  slot: ({ slot, what }) => say`内存槽 ${slot}：${notes[what]}。`,

  kvm_page_fault: ({ gva, gpa, error, isTooFast, nested }) => {
    if (nested) {
      const what = say`客户机物理地址 ${gpa} 上的异常到达 KVM。它必定归 KVM 处理：客户机自己的缺页异常不会离开客户机。`;
      return nested.noShortWay ? say`${what}${NO_SHORT_WAY[nested.noShortWay]}` : what;
    }
    const what = say`${gva} 上的缺页异常（错误码 ${error}）离开客户机到达 KVM；KVM 须判明它归谁处理：KVM 自己，还是客户机。`;
    return isTooFast
      ? say`${what}不取锁便恢复 W 位（fast page fault）不适用于影子分页：必须先查客户机自己的页表。`
      : what;
  },
  kvm_mmu_pagetable_walk: ({ addr }) => say`KVM 开始为 ${addr} 遍历客户机自己的页表。`,
  kvm_mmu_paging_element: ({ level, slot, isPresent, isLeaf, frame }) =>
    isPresent
      ? say`KVM 读取客户机的第 ${level} 级页表项 ${slot}：它${isLeaf ? '映射' : '指向'}客户机页帧 ${frame}。`
      : say`KVM 读取客户机页表项 ${slot}：${code('P = 0')}，客户机在此没有映射。`,
  kvm_mmu_set_accessed_bit: setBit('A'),
  kvm_mmu_set_dirty_bit: setBit('D'),
  kvm_mmu_walker_error: ({ reason }) => {
    const what = say`客户机自己的页表不允许这次访问，因此这个缺页异常归客户机处理。`;
    return reason
      ? say`${what}第 ${reason.level} 级，${code(reason.bit)}：${faultCauses[reason.cause]}。`
      : what;
  },
  kvm_inj_exception: ({ exception, error }) => {
    const letters = error && error.letters.value !== '' ? say`，即 ${error.letters}` : '';
    const withCode = error ? say`（错误码 ${error.code}${letters}）` : '';
    return say`KVM 向客户机注入 ${exception}${withCode}：由客户机自己处理。`;
  },
  kvm_mmu_get_page: ({ table, gfn, level, isDirect, isNew, nested }) => {
    if (nested && isNew) return NESTED_TABLE[nested](table, level, gfn);
    const stands = isDirect
      ? say`它从页帧 ${gfn} 起直接映射客户机内存`
      : say`它是页帧 ${gfn} 中客户机页表的影子`;
    return isNew
      ? say`KVM 新建一个空的第 ${level} 级影子页 ${table}：${stands}。`
      : say`KVM 按客户机页帧和角色找到第 ${level} 级影子页 ${table}：${stands}，可再次使用。`;
  },
  kvm_mmu_sync_page: ({ sp }) => say`${sp} 重新与客户机页表同步。`,
  kvm_mmu_unsync_page: ({ table, gfn }) =>
    say`${table} 是客户机页帧 ${gfn} 中最末级页表的影子，从此可以不同步：在刷新（invlpg、CR3）之前，客户机可以任意写那张页表，${table} 可能与之不一致。`,
  kvm_mmu_prepare_zap_page: ({ sp }) => say`${sp} 停止使用。`,
  kvm_mmu_spte_requested: ({ gfn, frame, level, smaller, isLarge }) => {
    const what = frame
      ? say`KVM 即将在第 ${level} 级把客户机页帧 ${gfn} 映射到宿主机页帧 ${frame}。`
      : say`没有内存槽包含客户机页帧 ${gfn}：KVM 即将在第 ${level} 级记下这一点。`;
    if (smaller) return say`${what}不能使用更大的页：${explain(sizeReasons, smaller)}。`;
    return isLarge ? say`${what}宿主机在该处有这样大的一页，内存槽也包含其全部。` : what;
  },
  kvm_mmu_set_spte: (facts) =>
    facts.leaf
      ? leaf(facts.leaf, facts.slot)
      : say`KVM 向${entry(facts.slot)}写入 ${facts.value}，其中 P 位为 0。`,
  kvm_tdp_mmu_spte_changed: ({ slot, change }) => say`嵌套页表项 ${slot} ${explain(tdpChanges, change)}`,
  fast_page_fault: ({ outcome }) => explain(mendings, outcome),
  mark_mmio_spte: ({ gfn, slot, isMisconfigured }) => {
    const stores = say`没有内存槽包含客户机页帧 ${gfn}。KVM 在${entry(slot)}中存入一个`;
    return isMisconfigured
      ? say`${stores}可写却不可读的值：下一次访问将以配置错误退出，KVM 无需查找即知应当模拟。`
      : say`${stores}保留位置位的值：下一次访问将以 RSVD 引发缺页异常，KVM 无需查找即知应当模拟。`;
  },
  check_mmio_spte: ({ made, now, isValid }) =>
    isValid
      ? say`这个 MMIO 页表项属于第 ${made} 代，此后内存槽没有变化：它仍然有效。`
      : say`这个 MMIO 页表项属于第 ${made} 代，而内存槽已是第 ${now} 代：其间有过变化，须重新处理这个缺页异常。`,
  handle_mmio_page_fault: ({ gfn }) => say`这个缺页异常是对 ${gfn} 的已知 MMIO 访问：由 KVM 模拟。`,
  kvm_mmu_zap_all_fast: ({ isNested }) => say`所有${isNested ? '嵌套页表' : '影子页'}同时过时。`,
  kvm_mmu_split_huge_page: ({ gfn, frame, level }) =>
    say`KVM 在写入之前就把将客户机页帧 ${gfn} 映射到 ${frame} 的第 ${level} 级大页拆分，以便逐页记录写入。`,
};
