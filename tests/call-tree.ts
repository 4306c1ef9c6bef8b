/** Call trees as indented lines: of the recordings beside the traces (NAME.calls), and of our log, in the same notation. */
import { FUNCTIONS, type FunctionName } from '#hypervisor/functions.ts';
import { EVENT } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import type { Names } from '#trace/names.ts';
import { eventLine } from '#trace/print.ts';

/** Functions where a recording begins to follow calls. What their callers do besides is not in it. */
const ENTRY_POINTS: readonly string[] = [
  'kvm_mmu_page_fault',
  'kvm_mmu_load',
  'kvm_mmu_new_pgd',
  'kvm_mmu_invlpg',
  'kvm_mmu_sync_roots',
  'kvm_mmu_pte_write',
  'kvm_mmu_slot_try_split_huge_pages',
  'kvm_mmu_slot_remove_write_access',
  'kvm_arch_mmu_enable_log_dirty_pt_masked',
  'kvm_arch_flush_shadow_memslot',
  'kvm_mmu_change_mmu_pages',
  'kvm_unmap_gfn_range',
];

/** Calls below this level are not recorded. Events are, with the deepest function that is. */
const DEEPEST = 9;

/** Between hva_to_pfn and the notifier lie so many functions of the host's memory management, which count as levels. */
const HOST_LEVELS = 5;

/** What the recordings have and the model leaves out, with all below it, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  __kvm_mmu_topup_memory_cache: 'the whole of kvm_mmu_topup_memory_cache',
  kvm_mmu_memory_cache_nr_free_objects: 'the stock never runs out',
  kvm_pfn_to_refcounted_page: 'how the host counts references to a page',
  kvm_release_page_clean: 'how the host counts references to a page',
  rmap_get_next: 'going along a list; the compiler kept it in one place of many',
  rmap_walk_init_level: 'going along a list',
  slot_rmap_walk_next: 'going along a list',
  mmu_pages_first: 'going along a list',
  kvm_deliver_exception_payload: 'moves CR2 to where it is already',
  hv_track_root_tdp: 'only where KVM itself runs under Hyper-V',
  svm_can_emulate_instruction: 'the emulator: encrypted guests only',
  init_emulate_ctxt: 'the emulator: how it keeps registers and modes',
  svm_get_segment_base: 'the emulator: segments',
  emulator_get_cached_segment_base: 'the emulator: segments',
  emulator_get_segment: 'the emulator: segments',
  linearize: 'the emulator: segments',
  emulator_get_cr: 'the emulator: how it keeps registers and modes',
  reg_read: 'the emulator: registers',
  decode_operand: 'the emulator: registers',
  em_mov: 'the emulator: registers',
  writeback_registers: 'the emulator: registers',
  read_prepare: 'the emulator: the second half of an earlier read',
  kvm_io_bus_read: 'there are no devices in the kernel',
  svm_get_interrupt_shadow: 'interrupts',
  svm_set_rflags: 'interrupts',
  kvm_pmu_trigger_event: 'performance counters',
};

/** The host's own memory management, below hva_to_pfn: what it leads to is hva_to_pfn's here. */
const HOST_FUNCTIONS: readonly string[] = ['get_user_pages_unlocked', '__get_user_pages', 'handle_mm_fault'];

interface Node {
  readonly text: string;
  readonly children: Node[];
}

/** A kernel makes 512 calls for a table that goes; those for empty entries have nothing below them, and we do not make them. */
const isEmptyEntry = (node: Node): boolean => node.text === 'mmu_page_zap_pte' && node.children.length === 0;

/**
 * When the TDP MMU takes a table down, the kernel marks its empty entries too. What is left of a mark, where it has nothing below it,
 * is the same for an empty entry and a leaf; so none of these are compared.
 */
function withoutMarks(nodes: readonly Node[]): readonly Node[] {
  const begin = nodes.findIndex(({ text }) => text === '* kvm_mmu_prepare_zap_page');
  if (begin < 0) return nodes;
  const isMark = ({ text, children }: Node): boolean =>
    text === 'handle_changed_spte_acc_track' ||
    (text === '__handle_changed_spte' &&
      children.every((child) => child.text === '* kvm_tdp_mmu_spte_changed'));
  return nodes.filter((node, at) => at < begin || !isMark(node));
}

function toLines(all: readonly Node[], indent = ''): string[] {
  const nodes = withoutMarks(all);
  return nodes
    .filter((node) => !isEmptyEntry(node))
    .flatMap(({ text, children }) => [`${indent}${text}`, ...toLines(children, `${indent}  `)]);
}

/** The lines of a recording: repetitions written out, what the model leaves out taken out. */
export function recordedTree(text: string): string[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  let at = 0;
  const read = (level: number): Node[] => {
    const nodes: Node[] = [];
    while (at < lines.length && indentOf(lines[at] as string) === level) {
      const line = (lines[at++] as string).trim();
      const children = read(level + 1);
      const block = /^repeated (\d+) times:$/.exec(line);
      const [, name, times] = /^(.*?)(?: {2}x(\d+))?$/.exec(line) as unknown as [string, string, string?];
      const word = name.replace(/ \[kvm_(amd|intel)\]$/, '').trimEnd();
      for (let i = 0; i < Number(block?.[1] ?? times ?? 1); i++) {
        if (block || HOST_FUNCTIONS.includes(word)) nodes.push(...children);
        else if (!(word in LEFT_OUT)) nodes.push({ text: word, children });
      }
    }
    return nodes;
  };
  return toLines(read(0));
}

const indentOf = (line: string): number => (line.length - line.trimStart().length) / 2;

interface Frame {
  readonly children: Node[];
  /** The level of a call made from here; 0 where calls are not followed. */
  readonly level: number;
}

/** The lines of a log, as the recorded kernel would have shown it. */
export function loggedTree(reader: LogReader, names: Names): string[] {
  const root: Frame = { children: [], level: 0 };
  const stack: Frame[] = [root];
  const top = (): Frame => stack.at(-1) as Frame;
  for (let index = 0; index < reader.length; index++) {
    const { kind, name, family } = reader.spec(index);
    if (kind === EVENT.call) stack.push(enter(top(), reader.text(reader.payload(index, 0))));
    else if (kind === EVENT.return) stack.pop();
    else if (family === 'tracepoint') top().children.push({ text: `* ${name}`, children: [] });
    else if (kind === EVENT.step || kind === EVENT.outcome || kind === EVENT.mmio)
      root.children.push({ text: eventLine(reader, names, index), children: [] });
  }
  return toLines(root.children);
}

/** What a call leads to: a node of its own if the recorded kernel shows it, else its caller's. */
function enter(caller: Frame, name: string): Frame {
  const followed = caller.level > 0 || ENTRY_POINTS.includes(name);
  if (!followed || FUNCTIONS[name as FunctionName].inlined || caller.level > DEEPEST) return caller;
  const node: Node = { text: name, children: [] };
  caller.children.push(node);
  const level = Math.max(caller.level, 1) + (name === 'hva_to_pfn' ? HOST_LEVELS : 1);
  return { children: node.children, level };
}
