/** What the language, a run and a link have to say: in the order of src/scenario/messages.ts. */

import type { WordKind } from '#scenario/language/spec.ts';
import type { Exceeded, MessageTexts, Missing, Room } from '#scenario/messages.ts';
import { statements } from './statements.ts';

const or = (near: string | null): string => (near === null ? '' : `；是否想写“${near}”？`);

const list = (words: readonly string[]): string => words.join('、');

const oneOf = (choices: readonly string[]): string =>
  choices.length === 1 ? (choices[0] as string) : `${list(choices)} 之一`;

function expected(kind: WordKind, choices: readonly string[]): string {
  switch (kind) {
    case 'number':
      return '一个数，例如 4096、0x1000 或 4K';
    case 'value':
      return '一个值，例如 0x1000、root+8 或 0x5000|p|w';
    case 'name':
      return '一个名字：以字母开头，后接字母、数字、- 和 _';
    case 'choice':
      return oneOf(choices);
    default:
      return '由字母、数字、- 和 _ 组成的词';
  }
}

const ROOMS: Readonly<Record<Room, (size: number) => string>> = {
  address: () => '不是 32 位地址',
  cr3: () => '超出 CR3 的范围',
  entry: (bytes) => `超出 ${bytes} 字节页表项的范围`,
  'entry-address': (bits) => `超出页表项的 ${bits} 个地址位`,
  'physical-address': (bits) => `超出此处物理地址的 ${bits} 位`,
  width: (bytes) => `超出 ${bytes} 字节的范围（width=${bytes}）`,
};

const MISSING: Readonly<Record<Missing, string>> = {
  'nested paging': '嵌套分页',
  Xen: 'Xen',
};

const LIMITED: Readonly<Record<Exceeded['what'], string>> = {
  steps: '个步骤',
  events: '个事件',
  memory: ' MiB 内存',
};

const exceeded = ({ what, limit, needed }: Exceeded): string =>
  `这次运行至少需要 ${needed}${LIMITED[what]}，比允许的 ${limit} 多出 ${needed - limit}`;

export const problems: MessageTexts = {
  'word-expected': (place, kind, choices, found, near) =>
    `${place}：应为${expected(kind, choices)}，却是${found === '' ? '空的' : `“${found}”`}${or(near)}`,
  'bit-as-name': (name) => `“${name}”是页表项的位，不能用作名字`,
  'no-such-key': (statement, key, known, near) =>
    `“${statement}”没有键“${key}”${known.length > 0 ? `（有 ${list(known)}）` : ''}${or(near)}`,
  'no-such-word': (statement, word, known, near) =>
    `“${statement}”此处不能有“${word}”${known.length > 0 ? `：应为 ${list(known)} 或行尾` : ''}${or(near)}`,
  'word-twice': (word) => `“${word}”出现了两次`,
  'argument-missing': (statement, place, choices) =>
    `“${statement}”缺少 ${place}：${choices.length > 0 ? oneOf(choices) : statements.place(statement, place)}`,
  'key-missing': (statement, key) => `“${statement}”缺少 ${key}=：${statements.place(statement, key)}`,
  'not-that-statement': (written, right) => `没有语句“${written}”；是否想写“${right}”？`,
  'no-such-statement': (isHost, word, near) => `未知的${isHost ? '宿主机步骤' : '语句'}“${word}”${or(near)}`,
  'step-missing': (isHost, before) => `“${before}”之后应为${isHost ? '宿主机' : '客户机'}的一步`,
  'no-guest-step': (verb, cpu) => `“${verb}”不是客户机的步骤，前面不能有“${cpu}”`,
  'text-too-long': (most, length) => `场景至多 ${most} 个字符，这里有 ${length} 个`,
  'too-many-statements': (most) => `场景至多 ${most} 条语句`,
  'value-missing': (operator) => `${operator === null ? '' : `“${operator}”之后`}应为数、名字或位`,
  'no-value': (found) => `应为数、名字或位，却是“${found}”`,
  'number-too-large': (number) => `“${number}”超出 64 位`,
  'sum-too-large': () => '和超出 64 位',
  'no-such-name': (name, near) => `前面没有用 let 或 space 定义名字“${name}”${or(near)}`,

  'version-missing': () => '第一条语句应为“scenario 1”',
  'wrong-version': (version, found) => `语言的版本应为 ${version}，却是 ${found}`,
  'machine-missing': () => '第一步之前应有“machine”语句',
  'statement-twice': (verb, line) => `“${verb}”出现了两次（第 ${line} 行）`,
  'statement-late': (verb, line) => `“${verb}”应在第一步（第 ${line} 行）之前`,
  unsupported: (what, missing) => `尚不支持“${what}”（${MISSING[missing]}）`,
  'needs-xen': (word) => `“${word}”只用于“machine xen”`,
  'needs-hypervisor': (statement) => `“${statement}”需要虚拟机监控器：这台机器是裸机`,
  'not-on-bare': (key) => `裸机没有“${key}=”`,
  'wrong-mmu': (choices, machine, found) => `mmu：对 ${machine} 应为 ${oneOf(choices)}，却是“${found}”`,
  'does-not-fit': (value, room, size) => `${value} ${ROOMS[room](size)}`,
  'out-of-range': (place, least, most, found) => `${place}：应为 ${least} 到 ${most}，却是 ${found}`,
  'no-power-of-two': (place, found) => `${place}：应为 2 的幂，却是 ${found}`,
  'too-many-ways': (ways, entries) => `tlb-ways：${entries} 项的 TLB 不能有 ${ways} 路的组`,
  'pcid-mode': (paging) => `pcide：应为 paging=4 或 paging=5，却是 paging=${paging}`,
  'invpcid-address-missing': () => '“invpcid address”缺少地址：客户机虚拟地址',
  'invpcid-unused': (type, word) => `“invpcid ${type}”不能有“${word}”`,
  'no-page': (place) => `${place}：至少应为一页，即 4K`,
  'size-too-large': (size, bits) => `${size} 超出 ${bits} 个地址位所及`,
  'not-aligned': (place, value, size) => `${place}：${value} 不是 ${size} 的整数倍`,
  'not-canonical': (place, value, bits) => `${place}：${value} 不是规范地址（${bits} 位地址）`,
  'name-taken': (name, line) => `名字“${name}”已经用过（第 ${line} 行）`,
  'no-space': (name, line) =>
    `“${name}”${line === null ? '不是地址空间' : `是一个值（第 ${line} 行），不是地址空间`}：应为前面用 space 建立的`,
  'wrong-page-size': (choices, paging, found) =>
    `size：paging=${paging} 时应为 ${choices.join(' 或 ')}，却是“${found}”`,
  'too-many-slots': (most) => `场景至多 ${most} 个内存槽`,
  'too-much-memory': (gib) => `各内存槽合计超过 ${gib} GiB`,
  'slot-end': (end, bits) => `内存槽止于 ${end}，超出 ${bits} 个地址位`,
  'slot-twice': (id) => `已经有内存槽 ${id}`,
  'slot-gigantic': () => '由宿主机 1 GiB 页支持的内存槽必须起止于 1G 的整数倍',
  'slot-overlap': (id, first, last) => `与内存槽 ${id}（${first} 到 ${last}）重叠`,
  'slot-address-missing': () => '“host slot”需要 gpa=，即内存槽的地址，或者“delete”',
  'slot-size-missing': (id) => `没有可以沿用其大小的内存槽 ${id}：应有 size=`,
  'delete-alone': (word) => `“delete”须单独使用：不能与“${word}”同用`,
  'wide-access': () => 'width：8 字节只用于 64 位客户机；此处应为 1、2 或 4',
  'bit-missing': (verb, example) => `“${verb}”需要一个要修改的位，例如 ${example}`,
  'no-such-cpu': (cpu, vcpus) =>
    `没有 cpu${cpu}：这台机器有 ${vcpus} 个 vCPU，${vcpus === 1 ? '即 cpu0' : `cpu0 到 cpu${vcpus - 1}`}`,

  'in-no-slot': (place, gpa) => `${place === '' ? '' : `${place}：`}${gpa} 不在任何内存槽中`,
  'pool-in-no-slot': (gpa) => `页表池延伸到 ${gpa}，该处不在任何内存槽中`,
  'pool-taken': (gpa) => `页表池延伸到 ${gpa}，该处已被另一个地址空间占用`,
  'table-in-no-slot': (gpa) => `途中有页表项指向 ${gpa}，该处不在任何内存槽中`,

  'cannot-start': (reason) => (typeof reason === 'string' ? reason : exceeded(reason)),
  stopped: (step, steps, reason) =>
    `停在第 ${step} 步（共 ${steps} 步）：${typeof reason === 'string' ? reason : exceeded(reason)}。`,

  'link-foreign': () => '这不是指向某一时刻的链接：它既不以 #p 加版本号开头，也不以 #t= 开头。',
  'link-broken': () => '链接已损坏：其中有字符被改动或丢失。',
  'link-truncated': () => '链接不完整：缺少结尾。',
  'link-long': (most) => `链接过长：超过 ${most} 个字符。`,
  'link-large': (most) => `链接展开后超过 ${most} 字节，没有场景需要这么多。`,
  'link-newer': () => '链接由更新版本的 Penumbra 生成，当前版本无法读取。',
};
