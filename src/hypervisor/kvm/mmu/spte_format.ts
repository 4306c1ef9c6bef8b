/**
 * The two formats of KVM's entries: the x86 one, of shadow tables and AMD's nested tables, and Intel's EPT
 * (Linux 6.1: mmu/spte.c kvm_mmu_reset_all_pte_masks, kvm_mmu_set_ept_masks, kvm_mmu_set_mmio_spte_mask; the shadow_…_mask variables).
 *
 *     x86   63  52…51  12…51   11           10            9              8  7   6  5  2  1  0
 *           NX  mmio   frame   MMU-present  MMU-writable  host-writable     PS  D  A  U  W  P
 *
 *     EPT   58            57             56  54  53…52  12…51   11           9  8  7   6     5…3   2  1  0
 *           MMU-writable  host-writable  X   R   A/D    frame   MMU-present  D  A  PS  IPAT  type  X  W  R
 *                                        saved          type
 *
 * W, PS and MMU-present have the same place in both. All masks are of an entry's flags word (arch/word64.ts).
 */
import { WRITE_BACK } from '#arch/ept.ts';
import { NX_FLAG } from '#arch/word64.ts';

/** A mask of bit `bit` (0–11, 44–63) of an entry's flags word. */
const bit = (at: number): number => (at < 12 ? 1 << at : 1 << (at - 32));

export interface SpteFormat {
  readonly name: 'x86' | 'ept' | 'ept-noad';
  /** Set in each present entry (shadow_present_mask). EPT has none where the processor knows execute-only pages. */
  readonly present: number;
  /** Lets user code in (shadow_user_mask); EPT's R. */
  readonly user: number;
  /** Lets code be fetched (shadow_x_mask), or forbids it (shadow_nx_mask). */
  readonly exec: number;
  readonly nx: number;
  /** 0 where the hardware keeps no such bits. */
  readonly accessed: number;
  readonly dirty: number;
  readonly hostWritable: number;
  readonly mmuWritable: number;
  /** Of each leaf: write-back memory, whatever the guest's PAT says (vmx_get_mt_mask). */
  readonly memoryType: number;
  /** The rights that an entry without A and D bits loses while nobody uses it (shadow_acc_track_mask). */
  readonly accessTrack: number;
  /** What marks an entry as MMIO: these bits have this value. */
  readonly mmioMask: number;
  readonly mmioValue: number;
  /** Bits of an MMIO entry that keep its access. */
  readonly mmioAccess: number;
}

const R = bit(0);
const W = bit(1);
const X = bit(2);
const IGNORE_PAT = bit(6);

const X86: SpteFormat = {
  name: 'x86',
  present: bit(0),
  user: bit(2),
  exec: 0,
  nx: NX_FLAG,
  accessed: bit(5),
  dirty: bit(6),
  hostWritable: bit(9),
  mmuWritable: bit(10),
  memoryType: 0,
  accessTrack: 0,
  mmioMask: bit(51) | bit(0),
  mmioValue: bit(51) | bit(0),
  mmioAccess: bit(1) | bit(2),
};

const EPT: SpteFormat = {
  name: 'ept',
  present: 0,
  user: R,
  exec: X,
  nx: 0,
  accessed: bit(8),
  dirty: bit(9),
  hostWritable: bit(57),
  mmuWritable: bit(58),
  memoryType: WRITE_BACK | IGNORE_PAT,
  accessTrack: R | W | X,
  mmioMask: R | W | X,
  mmioValue: W | X,
  mmioAccess: 0,
};

/** EPT without A and D bits (`eptad=0`, and processors that lack them). */
const EPT_WITHOUT_AD: SpteFormat = { ...EPT, name: 'ept-noad', accessed: 0, dirty: 0 };

/** The formats; a machine's is the one at KVM.spte_format. */
export const SPTE_FORMATS: readonly SpteFormat[] = [X86, EPT, EPT_WITHOUT_AD];

/** The index of the format that a VM's entries have. */
export const spteFormatIndex = (ept: boolean, accessedDirty: boolean): number =>
  ept ? (accessedDirty ? 1 : 2) : 0;
