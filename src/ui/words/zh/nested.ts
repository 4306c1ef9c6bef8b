/** Two-dimensional paging: parts of sentences about exits, entries and the short way. */
import type { EptRule } from '#arch/ept.ts';
import type { Mending } from '#ui/sentence/mending.ts';
import type { Granted, NestedExit, NoShortWay } from '#ui/sentence/nested-exit.ts';
import type { TdpChange, ZapCause } from '#ui/sentence/tdp-change.ts';
import { code, explain, type Sayings, say, type Text, type Value } from '#ui/words/text.ts';

const ACCESS: Readonly<Record<NestedExit['access'], (gpa: Value) => Text>> = {
  read: (gpa) => say`读取客户机物理地址 ${gpa}`,
  write: (gpa) => say`写入客户机物理地址 ${gpa}`,
  fetch: (gpa) => say`从客户机物理地址 ${gpa} 取指`,
};

const granted: Sayings<Granted> = {
  nothing: () => say`中没有相应的表项`,
  'too-little': () => say`中的表项不允许这样做`,
  reserved: () => say`中的表项有保留位置位：该处没有内存`,
  rights: ({ rights }) => say`只允许 ${rights}`,
};

export function nestedExit({ on, access, granted: has }: NestedExit, gpa: Value): Text {
  const wanted =
    on === 'page'
      ? ACCESS[access](gpa)
      : on === 'table'
        ? say`访问客户机物理地址 ${gpa} 处的一个客户机页表项`
        : say`读取客户机物理地址 ${gpa} 处的页目录指针`;
  return say`处理器要${wanted}，而嵌套页表${explain(granted, has)}。处理器离开客户机，将该地址交给虚拟机监控器。`;
}

const RULES: Readonly<Record<EptRule, string>> = {
  'write-only': '可写（W）却不可读（R）',
  'execute-only': '只可执行',
  'memory-type': '的内存类型并不存在',
  reserved: '有保留位置位',
};

export function misconfiguration(slot: Value | null, rule: EptRule | null, gpa: Value): Text {
  const what = rule === null ? '对处理器毫无意义' : `${RULES[rule]}，任何处理器都不接受`;
  return say`客户机物理地址 ${gpa} 的表项${slot ? say` ${slot} ` : ''}${what}。KVM 特意在没有内存之处建立这样的表项：这种退出不会与仅仅缺页混淆。`;
}

export const readNotes = (count: number): string =>
  count === 0 ? '' : `KVM 先读取处理器的记录：写过 ${count} 页。`;

export const NO_SHORT_WAY: Readonly<Record<NoShortWay, string>> = {
  'no-entry': '不尝试不取锁的捷径（fast page fault）：没有可以恢复权限的表项。',
  'not-a-write': '不尝试不取锁的捷径（fast page fault）：对已有的表项，它只能恢复 W。',
};

const ZAPPED: Readonly<Record<ZapCause, string>> = {
  'nx-recovery': 'KVM 放弃一张仅为执行代码而建的页表，以便重新映射大页（回收）',
  collapsible: '不再记录脏页，大页可以取代这些小页',
  layout: '内存槽有变，旧根所映射的一切都要移除',
  host: '宿主机正在更换其后的页，其间不得有任何映射',
  'in-the-way': '它妨碍了现在必须建立的映射',
};

const because = (cause: ZapCause | null): string => (cause === null ? '' : `：${ZAPPED[cause]}`);
const marked = (isMarked: boolean): string =>
  isMarked ? '在所有 TLB 都忘记它之前，该表项标记为已移除（0x5a0），谁也不得改动。' : '';

export const tdpChanges: Sayings<TdpChange> = {
  linked: ({ table, forCode }) =>
    say`从此指向嵌套页表 ${table}：硬件的遍历可以再深入一级。${forCode ? '建立这张页表，只因不允许从大页执行代码（nx_huge_pages）。' : ''}`,
  mapped: ({ gfn, frame, large, wasMmio }) =>
    say`${wasMmio ? '原表明该处没有内存' : '原为空'}，从此将客户机页帧 ${gfn} 映射到宿主机页帧 ${frame}${large === null ? '' : `，作为一个第 ${large} 级大页`}。这与客户机自己的页表无关。`,
  mmio: ({ gfn }) => say`从此表明客户机页帧 ${gfn} 处没有内存。`,
  split: ({ table, large }) =>
    say`原为一个第 ${large} 级大页，现在改为指向 ${table}：512 个权限相同的小表项。`,
  joined: ({ table, gfn, frame }) =>
    say`原指向 ${table}，现在改为将客户机页帧 ${gfn} 作为一个大页映射到宿主机页帧 ${frame}。`,
  zapped: ({ gfn, isMarked, cause }) => say`不再映射客户机页帧 ${gfn}${because(cause)}。${marked(isMarked)}`,
  unlinked: ({ table, isMarked, cause }) =>
    say`不再指向 ${table}，它连同其下的一切一并移除${because(cause)}。${marked(isMarked)}`,
  'goes-with-table': ({ table, what }) =>
    say`${what ? say`原指向 ${what}` : '原表明该处没有内存'}；它所在的页表 ${table} 已停用，它也随之移除。`,
  aged: ({ gfn, kept }) =>
    kept
      ? say`失去所有权限，另存 ${kept}：没有 A 位时，只有引发退出才能看到客户机页帧 ${gfn} 的下一次使用。`
      : say`的 ${code('A')} 清除：下次使用客户机页帧 ${gfn} 时，处理器会重新将其置位。`,
  'write-protected': ({ gfn }) =>
    say`为记录脏页而失去 ${code('W')}，MMU-writable 仍在。对客户机页帧 ${gfn} 的下一次写入会引发退出并记入日志，随后恢复 ${code('W')}。`,
  cleaned: ({ gfn }) =>
    say`的 ${code('D')} 清除：对客户机页帧 ${gfn} 的下一次写入会将其置位而不引发退出，处理器会记下该页。`,
  granted: ({ gfn, rights }) => say`从此对客户机页帧 ${gfn} 授予不同的权限：${rights}。`,
  moved: ({ gfn, from, to }) => say`将客户机页帧 ${gfn} 由 ${from} 改为映射到 ${to}。`,
};

export const mendings: Sayings<Mending> = {
  write: ({ isLogged }) =>
    isLogged
      ? say`KVM 未取锁便恢复了表项的 ${code('W')}：它当初只因记录脏页而被清除（MMU-writable 为 1）。该页按写过计。`
      : say`KVM 未取锁便恢复了表项的 ${code('W')}：它只是要等到有人写入才恢复，并无禁止写入的理由（MMU-writable 为 1）。`,
  use: ({ rights, isWrite }) =>
    say`KVM 未取锁便恢复了另存的权限：${rights}。${isWrite ? say`这是一次写入，因此 ${code('W')} 也一并恢复。` : say`${code('W')} 要到有人写入时才恢复。`}`,
  spurious: () => say`表项已允许这次访问：这个缺页异常已经过时，无需处理。`,
  forbidden: () =>
    say`KVM 不取锁便无法解决这个缺页异常：MMU-writable 为 0，清除 ${code('W')} 的原因依然成立。`,
  'not-executable': () =>
    say`KVM 不取锁便无法解决这个缺页异常：表项禁止取指，而这条捷径只能恢复暂时取走的权限。`,
  large: () => say`KVM 不取锁便无法解决这个缺页异常：表项映射大页，而记录脏页的大页必须先行拆分。`,
  absent: ({ isTriedInVain }) =>
    isTriedInVain
      ? say`KVM 不取锁便无法解决这个缺页异常：没有表项。它对每个这样的异常都要一试，因为没有 A 位时，等待下次使用的表项在处理器看来与没有表项无异。`
      : say`KVM 不取锁便无法解决这个缺页异常：没有表项。`,
};
