/**
 * The kernel's functions that call events name: where each is in Linux 6.1, and what it does, in one sentence for people.
 * Which of them a compiler puts into their callers differs from kernel to kernel; `inlined` is said of the recorded one.
 */

/** One of the kernel's functions. */
export interface FunctionRow {
  /** Its file, from the top of the kernel's tree. */
  readonly file: string;
  readonly sentence: string;
  /** The recorded kernel's compiler put it into its callers: function_graph shows what it calls as theirs. */
  readonly inlined: boolean;
}

function inFile<Sentences extends Readonly<Record<string, string>>>(
  file: string,
  sentences: Sentences,
  inlined = false,
): { readonly [Name in keyof Sentences]: FunctionRow } {
  const rows = Object.entries(sentences).map(
    ([name, sentence]) => [name, { file, sentence, inlined }] as const,
  );
  return Object.fromEntries(rows) as { [Name in keyof Sentences]: FunctionRow };
}

const MMU = 'arch/x86/kvm/mmu/mmu.c';
const PAGING = 'arch/x86/kvm/mmu/paging_tmpl.h';
const X86 = 'arch/x86/kvm/x86.c';
const KVM_MAIN = 'virt/kvm/kvm_main.c';

/** Functions of mmu.c that a call tree shows. */
const mmuFunctions = inFile(MMU, {
  kvm_mmu_page_fault:
    'Decides what to do about a fault that left the guest: map, emulate, or give it to the guest.',
  nonpaging_page_fault: 'Handles a fault of a guest without paging: its addresses are guest-physical ones.',
  nonpaging_gva_to_gpa: 'Finds nothing to translate: without paging an address is guest-physical.',
  mmio_info_in_cache: 'Asks whether the fault is on the page whose MMIO access KVM remembers.',
  shadow_page_table_clear_flood:
    'Sets the write counters of all tables on the path of an address back to zero.',
  walk_shadow_page_lockless_begin:
    'Begins a walk of shadow tables without the lock: nothing on the way is freed until it ends.',
  walk_shadow_page_lockless_end: 'Ends a walk without the lock.',
  shadow_walk_init_using_root: 'Begins a walk down the shadow tree at a root.',
  mmu_topup_memory_caches: 'Fills up the stock of tables and list nodes before the lock is taken.',
  kvm_faultin_pfn: 'Finds the host page behind the guest frame, bringing it in if need be.',
  handle_abnormal_pfn:
    'Deals with frames that have no ordinary page: no slot, read-only, or forbidden by the host.',
  is_page_fault_stale: 'Asks whether root or host mapping changed while the fault was looked at.',
  kvm_mmu_get_child_sp: 'Gets the table that an entry must lead to, unless it leads there already.',
  kvm_mmu_child_role: 'Works out the role of the table below an entry.',
  __kvm_mmu_get_shadow_page:
    'Looks a shadow page up by guest frame and role, and makes one if there is none.',
  __link_shadow_page: 'Makes an entry point to a shadow page.',
  validate_direct_spte: 'Unlinks the table below a large guest page if its rights are others now.',
  kvm_mmu_hugepage_adjust: 'Chooses how large a page to map.',
  kvm_mmu_max_mapping_level: 'Finds the largest page that slot, tracking and the host’s own mapping allow.',
  mmu_set_spte: 'Writes one leaf entry, whatever was there.',
  mark_mmio_spte: 'Stores an entry that says: no memory here.',
  sync_mmio_spte: 'Renews an entry that says that no memory is there.',
  mmu_spte_update: 'Changes a present entry, and says whether TLBs may still hold more than it grants now.',
  mmu_spte_update_no_track: 'Stores an entry.',
  mmu_spte_clear_track_bits: 'Clears a leaf, and tells the host what its A and D bits said.',
  drop_spte: 'Clears a leaf and takes it out of the reverse map.',
  __rmap_add: 'Notes in the reverse map that a leaf maps a guest frame.',
  kvm_mmu_page_set_translation: 'Remembers which guest frame and rights an entry stands for.',
  pte_list_add: 'Puts an entry in a list: of a frame’s leaves, or of a table’s parents.',
  pte_list_remove: 'Takes an entry out of a list of leaves or parents.',
  rmap_write_protect: 'Takes W from every leaf of a list.',
  kvm_zap_all_rmap_sptes: 'Clears every leaf of a list.',
  kvm_mmu_slot_gfn_write_protect: 'Takes W from every leaf, of any size, that maps a guest frame.',
  kvm_mmu_gfn_disallow_lpage: 'Adds a reason why no large page may map a guest frame.',
  kvm_mmu_gfn_allow_lpage: 'Takes away a reason why no large page may map a guest frame.',
  update_gfn_disallow_lpage_count:
    'Counts the reasons why a 2 MiB and a 1 GiB page around a frame are forbidden.',
  __direct_pte_prefetch:
    'Maps neighbours that need no guest table: eight entries around the one that faulted.',
  direct_pte_prefetch_many: 'Maps a run of neighbouring frames in one go.',
  mmu_try_to_unsync_pages:
    'Lets every shadow of a guest’s table go out of sync, so that the guest may write the table.',
  mark_unsync: 'Sets the bit that says: something unsync is below this entry; and so on upwards.',
  mmu_sync_children: 'Brings every unsync page below a table in line with the guest’s tables.',
  __mmu_unsync_walk: 'Collects unsync pages below a table.',
  mmu_pages_clear_parents: 'Clears the bits that led to a page which is in sync again.',
  __kvm_mmu_prepare_zap_page: 'Takes a shadow page out of use and puts it on a list to be freed.',
  mmu_zap_unsync_children: 'Takes unsync pages below a table out of use first.',
  mmu_page_zap_pte: 'Clears one entry, leaf or link.',
  kvm_mmu_commit_zap_page: 'Flushes TLBs once, then frees the shadow pages that were taken out of use.',
  kvm_mmu_zap_oldest_mmu_pages: 'Takes the oldest shadow pages out of use, to make room.',
  kvm_mmu_change_mmu_pages: 'Sets the limit on shadow pages.',
  kvm_mmu_zap_all_fast: 'Makes every shadow page obsolete at once.',
  kvm_mmu_invalidate_zap_pages_in_memslot:
    'Drops the shadow pages of a slot that goes: in this kernel, all there are.',
  kvm_mmu_unprotect_page:
    'Takes every shadow of a guest’s table out of use, so that it may be written like any page.',
  kvm_mmu_pte_write: 'Learns of a write to a shadowed table, and clears the entries that it made stale.',
  kvm_mmu_load: 'Makes the root that the vCPU needs, and loads it.',
  mmu_alloc_root: 'Gets a shadow page and counts one more user of it as a root.',
  kvm_mmu_sync_roots: 'Brings everything below the present root in line with the guest’s tables.',
  kvm_mmu_sync_prev_roots: 'Lets go of former roots that have something unsync below.',
  kvm_mmu_new_pgd: 'Takes up the root for a new CR3 if it is remembered.',
  kvm_mmu_free_roots: 'Lets go of roots.',
  kvm_mmu_free_obsolete_roots: 'Lets go of roots that are of an older generation.',
  kvm_mmu_unload: 'Lets go of all roots of a vCPU.',
  kvm_mmu_reset_context: 'Starts the MMU anew after a control register changed what tables mean.',
  kvm_init_mmu: 'Works out from the control registers which kind of root the vCPU needs.',
  kvm_mmu_invpcid_gva: 'Makes an address of one PCID forgotten, in the present root and the remembered ones.',
  kvm_mmu_invlpg: 'Makes an address forgotten in the present root and the remembered ones.',
  kvm_mmu_invalidate_gva: 'Makes an address forgotten by the hardware and in a root.',
  kvm_mmu_slot_try_split_huge_pages: 'Splits huge mappings ahead of dirty logging; only the TDP MMU does.',
  kvm_mmu_slot_remove_write_access: 'Takes W from every leaf of a slot, so that writes are seen.',
  kvm_mmu_zap_collapsible_sptes: 'Drops small mappings where a larger page could be mapped.',
  kvm_arch_mmu_enable_log_dirty_pt_masked:
    'Takes W again from the pages that one word of the dirty bitmap named.',
  kvm_unmap_gfn_range: 'Drops every entry that maps one of a range of frames.',
  kvm_age_gfn: 'Asks whether one of a range of frames was used, and clears the traces.',
  kvm_test_age_gfn: 'Asks whether one of a range of frames was used.',
  kvm_tdp_page_fault: 'Handles a fault of the nested tables: the address is guest-physical.',
  direct_page_fault: 'Handles a fault where no guest’s table stands behind, from the frame to the mapping.',
  disallowed_hugepage_adjust: 'Maps below a table that exists because code may not run from a large page.',
  kvm_recover_nx_lpages: 'Gives up tables that exist only because code may not run from large pages.',
  account_huge_nx_page: 'Notes that a table exists only because code may not run from a large page.',
  kvm_mmu_slot_leaf_clear_dirty:
    'Clears D of every small leaf of a slot, so that the processor logs the next write.',
  __rmap_clear_dirty: 'Clears D of every leaf that maps a guest frame.',
});

/** Functions of tdp_mmu.c: the nested tables of two-dimensional paging, without reverse map and hash. */
const tdpFunctions = inFile('arch/x86/kvm/mmu/tdp_mmu.c', {
  kvm_tdp_mmu_get_vcpu_root_hpa: 'Finds the root of nested tables that the vCPU needs, or makes it.',
  kvm_tdp_mmu_put_root: 'Counts one user of a root of nested tables less.',
  tdp_mmu_next_root: 'Goes to the next root of nested tables, and holds it meanwhile.',
  kvm_tdp_mmu_invalidate_all_roots: 'Makes every root of nested tables unfit for use.',
  kvm_tdp_mmu_zap_invalidated_roots: 'Takes down all that unfit roots map.',
  __tdp_mmu_zap_root: 'Takes down what a root maps, from entries of one level on.',
  kvm_tdp_mmu_map: 'Makes the nested tables that are missing for a frame, and maps it.',
  tdp_mmu_init_sp: 'Fills in the record of a new nested table.',
  tdp_mmu_init_child_sp: 'Fills in the record of a table below an entry.',
  tdp_mmu_link_sp: 'Makes an entry point to a nested table.',
  __tdp_mmu_set_spte: 'Stores a nested entry while nobody else may.',
  __handle_changed_spte: 'Does what follows from the change of a nested entry.',
  handle_changed_spte_acc_track: 'Tells the host that a page was used, before the note of it is lost.',
  kvm_tdp_mmu_unmap_gfn_range: 'Drops the nested entries that map a range of frames.',
  kvm_tdp_mmu_zap_sp: 'Takes one nested table down.',
  tdp_mmu_zap_leafs: 'Drops one root’s leaves for a range of frames.',
  kvm_tdp_mmu_zap_collapsible_sptes: 'Drops nested tables in whose place a large page could be mapped.',
  zap_collapsible_spte_range: 'Drops one root’s tables in whose place a large page could be mapped.',
  kvm_tdp_mmu_wrprot_slot: 'Takes W from the nested leaves of a slot.',
  wrprot_gfn_range: 'Takes W from one root’s leaves for a range of frames.',
  kvm_tdp_mmu_clear_dirty_slot: 'Clears D of the nested leaves of a slot.',
  clear_dirty_gfn_range: 'Clears D of one root’s leaves for a range of frames.',
  kvm_tdp_mmu_clear_dirty_pt_masked: 'Takes W, or D, from the nested leaves of some frames.',
  clear_dirty_pt_masked: 'Takes W, or D, from one root’s leaves of some frames.',
  kvm_tdp_mmu_try_split_huge_pages: 'Splits the large nested leaves of a slot.',
  tdp_mmu_split_huge_pages_root: 'Splits one root’s large leaves for a range of frames.',
  __tdp_mmu_alloc_sp_for_split: 'Gets a table for the pieces of a large page.',
  kvm_tdp_mmu_age_gfn_range: 'Asks whether nested leaves were used, and makes them count as unused.',
  kvm_tdp_mmu_test_age_gfn: 'Asks whether nested leaves were used.',
  kvm_tdp_mmu_fast_pf_get_last_sptep: 'Goes down the nested tables to the last entry, without the lock.',
  kvm_tdp_mmu_get_walk: 'Goes down the nested tables to the last entry.',
});

const tdpIterFunctions = inFile('arch/x86/kvm/mmu/tdp_iter.c', {
  tdp_iter_start: 'Begins a walk over the nested entries of a range of frames.',
  tdp_iter_restart: 'Goes to the root.',
  tdp_iter_next: 'Goes to the next entry: down, else to the side, else up.',
  spte_to_child_pt: 'Finds the table that an entry points to.',
});

/** Functions of mmu.c that the recorded kernel's compiler put into their callers. */
const mmuInlined = inFile(
  MMU,
  {
    fast_page_fault:
      'Tries to mend a fault without the lock, by giving back W or rights that were kept aside.',
    handle_mmio_page_fault: 'Handles a fault on an entry that says: no memory here.',
    direct_map: 'Builds the path for a guest-physical address and maps it.',
    kvm_mmu_find_shadow_page: 'Searches the hash for a shadow page.',
    kvm_mmu_alloc_shadow_page: 'Makes a shadow page.',
    account_shadowed: 'Protects the guest’s table behind a new shadow page.',
    unaccount_shadowed: 'Stops protecting the guest’s table behind a shadow page that goes.',
    kvm_sync_page: 'Brings one unsync page in line with the guest’s table, or takes it out of use.',
    kvm_unsync_page: 'Lets one shadow page go out of sync.',
    kvm_unlink_unsync_page: 'Notes that a page is no longer unsync.',
    kvm_vcpu_write_protect_gfn: 'Takes W from every leaf that maps a guest frame.',
    mmu_alloc_shadow_roots: 'Makes a root that shadows the guest’s.',
    mmu_alloc_direct_roots: 'Makes a root for guest-physical addresses.',
    mmu_free_root_page: 'Counts one user of a root less.',
    detect_write_flooding: 'Counts writes to a table, and suspects at the third that it is a table no more.',
  },
  true,
);

/** Instances of the template: its functions exist once for 8-byte and once for 4-byte entries of the guest. */
const pagingFunctions = inFile(PAGING, {
  paging64_page_fault: 'Handles a fault of a guest with 8-byte entries, from the walk to the mapping.',
  paging32_page_fault: 'Handles a fault of a guest with 4-byte entries, from the walk to the mapping.',
  paging64_walk_addr_generic: 'Walks the guest’s own tables (8-byte entries) as a processor would.',
  paging32_walk_addr_generic: 'Walks the guest’s own tables (4-byte entries) as a processor would.',
  paging64_gva_to_gpa: 'Translates an address through the guest’s tables (8-byte entries) for KVM itself.',
  paging32_gva_to_gpa: 'Translates an address through the guest’s tables (4-byte entries) for KVM itself.',
  paging64_gpte_changed: 'Reads a guest’s entry (8 bytes) again: did the guest change it meanwhile?',
  paging32_gpte_changed: 'Reads a guest’s entry (4 bytes) again: did the guest change it meanwhile?',
  paging64_prefetch_gpte: 'Maps a neighbouring 8-byte guest entry before it is used, if it may be.',
  paging32_prefetch_gpte: 'Maps a neighbouring 4-byte guest entry before it is used, if it may be.',
  paging64_sync_page: 'Makes every entry of a shadow page anew from the guest’s 8-byte entries.',
  paging32_sync_page: 'Makes every entry of a shadow page anew from the guest’s 4-byte entries.',
  paging64_invlpg:
    'Drops the entry for an address if it may be stale, and maps at once what the guest says now (8-byte entries).',
  paging32_invlpg:
    'Drops the entry for an address if it may be stale, and maps at once what the guest says now (4-byte entries).',
});

const pagingInlined = inFile(
  PAGING,
  {
    paging64_fetch: 'Builds the shadow path beside the guest’s walk (8-byte entries) and maps the page.',
    paging32_fetch: 'Builds the shadow path beside the guest’s walk (4-byte entries) and maps the page.',
    paging64_pte_prefetch: 'Looks at the eight guest entries (8 bytes each) around the one that faulted.',
    paging32_pte_prefetch: 'Looks at the eight guest entries (4 bytes each) around the one that faulted.',
    paging64_update_accessed_dirty_bits: 'Sets A and D in the guest’s 8-byte entries as a processor would.',
    paging32_update_accessed_dirty_bits: 'Sets A and D in the guest’s 4-byte entries as a processor would.',
  },
  true,
);

const otherMmuFunctions = {
  ...inFile('arch/x86/kvm/mmu/spte.c', {
    make_spte: 'Decides what a leaf entry grants.',
    make_nonleaf_spte: 'Makes an entry that points to a table.',
    make_mmio_spte: 'Makes an entry that says: no memory here.',
    mark_spte_for_access_track: 'Makes an entry say that nobody has used it yet.',
    make_huge_page_split_spte: 'Makes one of the small entries that take the place of a large one.',
    spte_has_volatile_bits: 'Asks whether the processor may change an entry while KVM does.',
  }),
  ...inFile('arch/x86/kvm/mmu/page_track.c', {
    kvm_slot_page_track_is_active: 'Asks whether writes to a guest frame must be seen.',
    kvm_slot_page_track_add_page: 'Adds a reason to see writes to a guest frame, and protects it.',
    kvm_slot_page_track_remove_page: 'Takes away a reason to see writes to a guest frame.',
    kvm_page_track_write_tracking_enabled: 'Asks whether slots count the reasons to see writes.',
    kvm_page_track_flush_slot: 'Tells all who watch writes that a slot goes.',
    kvm_page_track_write: 'Tells all who watch writes that a guest frame was written.',
  }),
};

const x86Functions = inFile(X86, {
  vcpu_enter_guest: 'Does what was asked of the vCPU, then enters the guest.',
  kvm_inject_emulated_page_fault:
    'Gives a page fault to the guest, after the stale translation is forgotten.',
  kvm_inject_page_fault: 'Lets a page fault wait for the guest, with CR2.',
  kvm_multiple_exception: 'Lets an exception wait for the guest; two at a time make a double fault.',
  load_pdptrs: 'Reads the four page-directory pointers of a PAE guest.',
  kvm_set_cr0: 'Changes the guest’s CR0.',
  kvm_invalidate_pcid: 'Makes everything of one PCID forgotten.',
  kvm_handle_invpcid: 'Does what an INVPCID asks for.',
  kvm_set_cr3: 'Changes the guest’s CR3.',
  kvm_set_cr4: 'Changes the guest’s CR4.',
  set_efer: 'Changes the guest’s EFER.',
  kvm_emulate_wrmsr: 'Handles the exit of a write to a model-specific register.',
  emulator_cmpxchg_emulated: 'Writes an operand for a locked instruction.',
  emulator_can_use_gpa: 'Asks whether the faulting address must be that of the instruction’s operand.',
  kvm_arch_flush_shadow_memslot: 'Makes sure that no shadow page uses a slot any more.',
  x86_emulate_instruction: 'Does the guest’s instruction in its stead.',
  x86_decode_emulated_instruction: 'Reads and decodes the instruction to be emulated.',
  kvm_fetch_guest_virt: 'Reads the bytes of an instruction through the guest’s tables.',
  emulator_read_emulated: 'Reads an operand for the emulator.',
  emulator_write_emulated: 'Writes an operand for the emulator.',
  emulator_read_write: 'Reads or writes an operand, one page after the other.',
  emulator_read_write_onepage: 'Reads or writes the part of an operand that lies in one page.',
  vcpu_is_mmio_gpa: 'Asks whether KVM remembers that no memory is at a guest frame.',
  read_emulate: 'Reads guest memory for the emulator.',
  write_emulate: 'Writes guest memory for the emulator.',
  emulator_write_phys: 'Writes guest memory, and tells the MMU of it.',
  vcpu_mmio_read: 'Asks devices in the kernel for the value; then user space must answer.',
  write_mmio: 'Offers the value to devices in the kernel; then user space gets it.',
  read_exit_mmio: 'Prepares the exit to user space for a read.',
  write_exit_mmio: 'Prepares the exit to user space for a write.',
});

const emulateFunctions = inFile('arch/x86/kvm/emulate.c', {
  x86_decode_insn: 'Decodes an instruction.',
  __do_insn_fetch_bytes: 'Gets the bytes of an instruction.',
  x86_page_table_writing_insn: 'Asks whether the instruction is of a kind that page tables are written with.',
  x86_emulate_insn: 'Executes a decoded instruction.',
  read_emulated: 'Reads the instruction’s operand.',
  writeback: 'Writes the instruction’s result.',
  segmented_write: 'Writes to an address of a segment.',
});

const mainFunctions = inFile(KVM_MAIN, {
  kvm_vcpu_gfn_to_memslot: 'Finds the memory slot that holds a guest frame.',
  kvm_vcpu_gfn_to_hva_prot: 'Finds where user space has a guest frame.',
  kvm_vcpu_is_visible_gfn: 'Asks whether a guest frame is memory.',
  kvm_vcpu_read_guest_page: 'Reads guest memory within a page.',
  kvm_vcpu_read_guest_atomic: 'Reads guest memory without waiting, since the lock is held.',
  kvm_vcpu_write_guest: 'Writes guest memory.',
  kvm_vcpu_mark_page_dirty: 'Notes that a guest frame was written.',
  mark_page_dirty_in_slot: 'Notes in a slot’s dirty bitmap that a frame was written, if writes are logged.',
  __gfn_to_pfn_memslot: 'Finds the host frame behind a guest frame.',
  gfn_to_pfn_memslot_atomic: 'Finds the host frame behind a guest frame if that needs no waiting.',
  gfn_to_page_many_atomic: 'Finds the host frames behind a run of guest frames if that needs no waiting.',
  hva_to_pfn: 'Asks the host’s memory management for the page at an address of user space.',
  kvm_release_pfn_clean: 'Gives back the reference to a host page that looking it up took.',
  kvm_set_pfn_accessed: 'Tells the host that a page was used.',
  kvm_set_pfn_dirty: 'Tells the host that a page was written.',
  kvm_mmu_topup_memory_cache: 'Fills up one kind of the stock.',
  kvm_mmu_memory_cache_alloc: 'Takes a table, a record or a list node out of the stock.',
  kvm_flush_remote_tlbs: 'Makes every vCPU forget its translations.',
  kvm_flush_remote_tlbs_with_address: 'Makes all vCPUs forget a range; most hardware must forget everything.',
  kvm_make_all_cpus_request: 'Asks something of all vCPUs.',
  kvm_make_all_cpus_request_except: 'Asks something of all vCPUs but one.',
  kvm_make_vcpu_request: 'Asks something of a vCPU, and gets it out of the guest.',
  kvm_mmu_notifier_invalidate_range_start: 'Hears from the host that pages are about to change.',
});

/** What AMD's and Intel's modules do each in their own way. */
const vendorFunctions = {
  ...inFile('arch/x86/kvm/svm/svm.c', {
    npf_interception: 'Handles a nested page fault that left an AMD guest.',
    pf_interception: 'Handles a page fault that left an AMD guest.',
    cr_interception: 'Handles an access to a control register that left an AMD guest.',
    invpcid_interception: 'Handles an INVPCID that left an AMD guest.',
    invlpg_interception: 'Handles an INVLPG that left an AMD guest.',
    msr_interception: 'Handles an access to a model-specific register that left an AMD guest.',
    svm_get_rflags: 'Reads the guest’s flags: RFLAGS.AC lifts SMAP.',
    svm_get_cpl: 'Reads the privilege that the guest runs with.',
    svm_load_mmu_pgd: 'Makes the root what the hardware’s walk begins with.',
    svm_flush_tlb_all: 'Makes the hardware forget everything of this guest.',
    svm_flush_tlb_current: 'Makes the hardware forget the translations of the present root.',
    svm_flush_tlb_asid: 'Makes the hardware forget everything tagged with the guest’s ASID.',
    svm_flush_tlb_gva: 'Makes the hardware forget one address.',
    new_asid: 'Gives the vCPU an ASID under which the hardware knows nothing yet.',
  }),
  ...inFile('arch/x86/kvm/vmx/vmx.c', {
    handle_exception_nmi: 'Handles an exception that left an Intel guest.',
    handle_ept_violation: 'Handles an access that EPT did not allow.',
    handle_ept_misconfig: 'Handles an access to a malformed entry of EPT, by which KVM marks MMIO.',
    vmx_flush_pml_buffer: 'Takes the frames that the processor noted as written into the dirty log.',
    handle_cr: 'Handles an access to a control register that left an Intel guest.',
    handle_invpcid: 'Handles an INVPCID that left an Intel guest.',
    handle_invlpg: 'Handles an INVLPG that left an Intel guest.',
    vmx_get_rflags: 'Reads the guest’s flags: RFLAGS.AC lifts SMAP.',
    vmx_get_cpl: 'Reads the privilege that the guest runs with.',
    vmx_load_mmu_pgd: 'Makes the root what the hardware’s walk begins with.',
    vmx_flush_tlb_all: 'Makes the hardware forget everything of this guest.',
    vmx_flush_tlb_current: 'Makes the hardware forget the translations of the present root.',
    vmx_flush_tlb_guest: 'Makes the hardware forget the guest’s linear addresses.',
    vmx_flush_tlb_gva: 'Makes the hardware forget one address.',
  }),
};

/** Every function that a call event may name. */
export const FUNCTIONS = {
  ...mmuFunctions,
  ...mmuInlined,
  ...tdpFunctions,
  ...tdpIterFunctions,
  ...pagingFunctions,
  ...pagingInlined,
  ...otherMmuFunctions,
  ...x86Functions,
  ...emulateFunctions,
  ...mainFunctions,
  ...vendorFunctions,
};

export type FunctionName = keyof typeof FUNCTIONS;

/** Whether a name is one of them. */
export const isFunction = (name: string): name is FunctionName => Object.hasOwn(FUNCTIONS, name);
