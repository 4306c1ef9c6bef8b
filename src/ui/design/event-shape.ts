/** The shape and the tone of every kind of event: shapes tell them apart where colours do not. */
import { EVENT } from '#machine/events.ts';

/** Shapes as SVG paths in a box of 10 × 10, and whether they are filled. */
export const SHAPES = {
  triangle: { path: 'M5 1 9.5 9H.5Z', filled: true },
  circle: { path: 'M5 1.5a3.5 3.5 0 1 0 .01 0Z', filled: false },
  dot: { path: 'M5 3.4a1.6 1.6 0 1 0 .01 0Z', filled: true },
  cross: { path: 'M2 2 8 8M8 2 2 8', filled: false },
  square: { path: 'M1.5 1.5h7v7h-7Z', filled: false },
  diamond: { path: 'M5 .5 9.5 5 5 9.5.5 5Z', filled: true },
  arrow: { path: 'M3 1.5 7.5 5 3 8.5', filled: false },
  down: { path: 'M5 0V8M1.5 5 5 9.5 8.5 5', filled: false },
  up: { path: 'M5 10V2M1.5 5 5 .5 8.5 5', filled: false },
  bar: { path: 'M1 5H9', filled: false },
  stop: { path: 'M5 1.5a3.5 3.5 0 1 0 .01 0Z', filled: true },
  ring: { path: 'M5 1a4 4 0 1 0 .01 0ZM5 3.5a1.5 1.5 0 1 0 .01 0Z', filled: false },
} as const;

export type Shape = keyof typeof SHAPES;
/** Names of tokens: ink for most, fault for faults and exits. */
export const TONES = ['ink', 'ink3', 'fault', 'gpa', 'hpa'] as const;
export type Tone = (typeof TONES)[number];

export interface EventShape {
  readonly shape: Shape;
  readonly tone: Tone;
}

const shape = (name: Shape, tone: Tone = 'ink'): EventShape => ({ shape: name, tone });

const BY_KIND = new Map<number, EventShape>([
  [EVENT.step, shape('bar')],
  [EVENT.outcome, shape('bar', 'ink3')],
  [EVENT.exit, shape('down', 'fault')],
  [EVENT.entry, shape('up', 'ink3')],
  [EVENT.fault, shape('triangle', 'fault')],
  [EVENT.kvm_page_fault, shape('triangle', 'fault')],
  [EVENT.kvm_mmu_walker_error, shape('triangle', 'fault')],
  [EVENT.kvm_inj_exception, shape('triangle', 'fault')],
  [EVENT.access, shape('circle')],
  [EVENT.kvm_mmu_pagetable_walk, shape('circle')],
  [EVENT.translated, shape('ring')],
  [EVENT.tlbHit, shape('ring')],
  [EVENT.tableHit, shape('ring', 'ink3')],
  [EVENT.frameHit, shape('ring', 'hpa')],
  [EVENT.reference, shape('dot')],
  [EVENT.kvm_mmu_paging_element, shape('dot', 'gpa')],
  [EVENT.kvm_mmu_set_accessed_bit, shape('cross', 'gpa')],
  [EVENT.kvm_mmu_set_dirty_bit, shape('cross', 'gpa')],
  [EVENT.kvm_mmu_get_page, shape('square')],
  [EVENT.kvm_mmu_sync_page, shape('square')],
  [EVENT.kvm_mmu_unsync_page, shape('square')],
  [EVENT.kvm_mmu_prepare_zap_page, shape('square')],
  [EVENT.tableFree, shape('square', 'ink3')],
  [EVENT.kvm_mmu_spte_requested, shape('arrow')],
  [EVENT.kvm_mmu_set_spte, shape('diamond', 'hpa')],
  [EVENT.kvm_tdp_mmu_spte_changed, shape('diamond', 'hpa')],
  [EVENT.spte, shape('diamond', 'hpa')],
  [EVENT.mark_mmio_spte, shape('diamond', 'hpa')],
  [EVENT.link, shape('arrow', 'ink3')],
]);

const OTHER = shape('bar', 'ink3');

export const eventShape = (kind: number): EventShape => BY_KIND.get(kind) ?? OTHER;
