/** What bits mean: of entries, and of error codes and exit qualifications. */
import type { Words } from '#ui/words/en.ts';

export const errorBits: Words['errorBits'] = {
  pf: {
    P: { set: '页表项存在，但缺少权限', clear: '有页表项不存在' },
    W: { set: '写访问', clear: '不是写访问' },
    U: { set: '用户态', clear: '内核态' },
    RSVD: { set: '某个页表项中有保留位置位', clear: '没有保留位置位' },
    F: { set: '取指', clear: '不是取指' },
  },
  npf: {
    final: { set: '访问的是转换所得的地址', clear: '不是最终地址' },
    table: { set: '访问的是客户机页表项', clear: '不是客户机页表' },
  },
  ept: {
    R: { set: '读数据', clear: '不是读' },
    W: { set: '写数据', clear: '不是写' },
    X: { set: '取指', clear: '不是取指' },
    readable: { set: '各级页表项允许读', clear: '各级页表项不允许读' },
    writable: { set: '各级页表项允许写', clear: '各级页表项不允许写' },
    executable: { set: '各级页表项允许取指', clear: '各级页表项不允许取指' },
    'user-executable': {
      set: '各级页表项允许用户态取指',
      clear: '用户态不可取指，或没有基于模式的执行控制',
    },
    linear: { set: '正在转换线性地址', clear: '没有线性地址：正在加载页目录指针' },
    final: { set: '访问的是转换所得的地址', clear: '访问的是客户机页表项' },
    'user page': { set: '客户机页表规定为用户页', clear: '内核页，或未报告' },
    'writable page': { set: '客户机页表规定为可写', clear: '只读，或未报告' },
    'NX page': { set: '客户机页表规定为不可执行', clear: '可执行，或未报告' },
    NMI: { set: 'IRET 刚刚解除了对 NMI 的阻塞', clear: '没有解除对 NMI 的阻塞' },
  },
};

export const entryBits: Words['entryBits'] = {
  present: { name: '存在', set: '存在', clear: '不存在：任何访问都引发缺页异常' },
  readable: { name: '可读', set: '允许读取', clear: '不允许读取' },
  writable: { name: '可写', set: '允许写入', clear: '不允许写入' },
  executable: { name: '可执行', set: '允许取指', clear: '不允许取指' },
  nestedUser: {
    name: '用户',
    set: '允许客户机访问：NPT 将客户机的每次访问都视为用户态访问',
    clear: '不允许客户机访问：NPT 将客户机的每次访问都视为用户态访问',
  },
  user: { name: '用户', set: '用户态代码可以访问', clear: '仅限内核' },
  writeThrough: { name: '直写', set: '直写', clear: '回写' },
  cacheDisable: { name: '禁用缓存', set: '不缓存', clear: '缓存' },
  accessed: { name: '已访问', set: '使用过', clear: '尚未使用' },
  dirty: { name: '脏', set: '写入过', clear: '尚未写入' },
  pageSize: { name: '页大小', set: '映射大页', clear: '指向下级页表' },
  pat: { name: 'PAT（内存类型）', set: '内存类型取自表的后一半', clear: '内存类型取自表的前一半' },
  global: { name: '全局', set: 'CR3 改变时留在 TLB 中', clear: '非全局' },
  available: { name: '可用', set: '由客户机自行使用', clear: '由客户机自行使用' },
  noExecute: { name: '不可执行', set: '不允许取指', clear: '可执行' },
  ignorePat: {
    name: '忽略 PAT',
    set: '以此内存类型为准，不论客户机的 PAT 如何',
    clear: '与客户机的 PAT 合并决定内存类型',
  },
  hostWritable: { name: '宿主机可写', set: '宿主机自己的映射可写', clear: '宿主机的映射只读' },
  mmuWritable: { name: 'MMU 可写', set: 'KVM 不禁止写入', clear: 'KVM 使其保持只读' },
  mmuPresent: { name: 'MMU 存在', set: '真正的 spte，既非 MMIO，也未移除', clear: '不是建立映射的 spte' },
  adDisabled: { name: '停用 A/D', set: '处理器不在此维护 A 和 D', clear: '处理器维护 A 和 D' },
  savedRead: { name: '保存的 R', set: '下次使用时恢复 R', clear: '没有另存' },
  savedExecute: { name: '保存的 X', set: '下次使用时恢复 X', clear: '没有另存' },
  mmioMark: { name: 'MMIO 标记', set: '此处没有内存', clear: '没有标记' },
};

const MEMORY_TYPES = [
  '不可缓存（UC）',
  '写合并（WC）',
  '保留',
  '保留',
  '直写（WT）',
  '写保护（WP）',
  '回写（WB）',
  '保留',
];

export const entryFields: Words['entryFields'] = {
  memoryType: { name: '内存类型', says: (value) => MEMORY_TYPES[value] ?? '' },
  generationLow: { name: '代', says: () => '内存槽代的第 7 至 0 位' },
  generationHigh: { name: '代', says: () => '内存槽代的第 18 至 8 位' },
};

export const registerBits: Words['registerBits'] = {
  PE: { set: '保护模式', clear: '实模式' },
  WP: { set: '内核也遵守只读页', clear: '内核可以写只读页' },
  PG: { set: '分页已开启', clear: '分页已关闭' },
  PSE: { set: '32 位分页有 4 MiB 页', clear: '32 位分页没有 4 MiB 页' },
  PAE: { set: '表项为 8 字节', clear: '表项为 4 字节' },
  PGE: { set: '全局页留在 TLB 中', clear: '没有全局页' },
  LA57: { set: '五级', clear: '四级' },
  PCIDE: { set: 'CR3 的位 11 到 0 是进程上下文标识符', clear: '没有进程上下文标识符' },
  SMEP: { set: '内核不能执行用户页', clear: '内核可以执行用户页' },
  SMAP: { set: '内核不能访问用户页', clear: '内核可以访问用户页' },
  LME: { set: '开启分页后进入长模式', clear: '没有长模式' },
  LMA: { set: '处于长模式', clear: '不在长模式' },
  NXE: { set: '表项的位 63 禁止执行', clear: '表项的位 63 为保留位' },
};
