/** Where published numbers are from. */

export const SOURCES = {
  bhargava: {
    short: 'Bhargava 2008',
    long: 'R. Bhargava, B. Serebrin, F. Spadini, S. Manne: Accelerating Two-Dimensional Page Walks for Virtualized Systems. ASPLOS 2008.',
  },
  gandhi: {
    short: 'Gandhi 2016',
    long: 'J. Gandhi, M. D. Hill, M. M. Swift: Agile Paging: Exceeding the Best of Nested and Shadow Paging. ISCA 2016.',
  },
  mmu: {
    short: 'mmu.rst',
    long: 'The x86 kvm shadow mmu. Linux 6.1, Documentation/virt/kvm/x86/mmu.rst.',
  },
  sdm: {
    short: 'SDM',
    long: 'Intel 64 and IA-32 Architectures Software Developer’s Manual, volume 3: chapters 4 (Paging) and 28 (VMX support for address translation).',
  },
} as const;

export type SourceId = keyof typeof SOURCES;
