/** How large a scenario may be. Generous for people, small enough that nothing they open can stall the page. */

/** UTF-16 code units of a scenario's text. */
export const MAX_TEXT = 0x100000;

export const MAX_STATEMENTS = 20_000;

/** Problems that are told at once, and problems that are noted to choose the first of them from. */
export const MAX_PROBLEMS = 20;
export const MAX_COLLECTED = 1000;

export const MAX_VCPUS = 16;

/** Slot numbers are below this, as in Linux (KVM_USER_MEM_SLOTS). */
export const SLOT_IDS = 32_764;

/** Bytes that the slots at the start hold together: 4 GiB. */
export const MAX_MEMORY = 0x1_0000_0000;

/** Physical address bits at most: a frame number is one 32-bit word of an entry (arch/word64.ts). Processors go up to 52. */
export const MAX_PHYSICAL_BITS = 44;

/** Entries of a TLB's sets together, and of a cache that has one set. */
export const MAX_TLB_ENTRIES = 4096;
export const MAX_CACHE_ENTRIES = 64;

/** ASIDs are below this. */
export const ASIDS = 0x10000;

/** Process-context identifiers: bits 11 to 0 of CR3. */
export const PCIDS = 0x1000;
