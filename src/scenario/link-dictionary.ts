/**
 * What links of codec version 1 are compressed against: words that most scenarios have, the commonest last, where they
 * are cheapest to refer to. It is part of that version: a changed letter here breaks every link ever made. A better
 * dictionary is a new version of the codec, beside this one.
 */
export const DICTIONARY_V1 = [
  'eager_page_split=offnx_huge_pages=forcemmio_caching=offeptad=0 pml=0 unrestricted_guest=0',
  'hypercall mmu_update mmuext_op pin_l4_table unpin_table new_baseptr update_va_mapping flags=invlpg-all',
  'hypercall vm_assist enable writable_pagetables pte pod memory= raw:0x',
  'vmlaunch eptp=vmrun ncr3=n cr3=l2\nvmrun ncr3=n paging=off\nvmexit\n',
  'early-a=on maxphyaddr=46 tlb=on vendor=amd mmu=tdp-legacy mmu=hap mmu=pv machine xen machine bare ',
  ' # the page table of the guest is written by the host, which the hypervisor shadows; ',
  'accessed dirty read-only write-protected entry entries fault faults mapping mapped not present ',
  'root 0x140000                         # root 0x100000\n             # page directory 0x100000\n# table 0x101000\n',
  'host protect 0x10000 4K ro\nhost protect 0x200000 2M rw\nhost slot 1 delete\nhost slot 1 gpa=0x20000000 size=64K\n',
  'host mmu-pages 64\nhost age 0x10000 4K idle\nhost age 0x10000 4K test\nhost age 0x10000 4K\n',
  'host drop 0x10000 8K\nhost drop 0x200000 2M\nhost drop 0x10000 4K\n',
  'host dirty-log 1 on\nhost dirty-log 0 off\nhost dirty-log 0 on\nhost get-dirty 1\nhost get-dirty 0\n',
  'slot 1 gpa=0x10000000 size=4M huge\nslot 0 gpa=0 size=64K ro log\n',
  'cpu1 invlpg 0x10000\ncpu1 cr3 sb\ncpu1 read 0x10000\ncpu1 write 0x10000 ',
  'let win 0x40000000\nlet pdpt 0x104000\nlet pd 0x105000\nlet pt 0x106000\n',
  'map s win+pt pt p|w|u|a|d\nmap s win+pd pd p|w|u|a|d\nmap s win+pdpt pdpt p|w|u|a|d\n',
  '            # tables 0x107000 0x108000 0x109000\n',
  'cr0 wp=0\ncr0 pg=1\ncr4 smep=1\ncr4 smap=1\ncr4 pge=1\nefer nxe=0\nexec 0x400000 user\nread 0x10000 user ac\n',
  'map s 0x200000 0x200000 p|w|u|a|d|ps|g|nx size=2M\nmap s 0x40000000 0x10000000 p|w size=1G\nsize=4M\n',
  'poke 0x100008 0x105000|p|w|u width=4\npoke 0x1f000 0xf4 width=1\nwrite 0x10000 0x1234 width=2\nread 0x10000 width=8\n',
  'space sb pool=0x140000\nspace s1 pool=0x180000\nmap sb 0x7f0000000000 0x7000 p|w|u|a|d\nmap sa 0x10000 0x10000 p|w|u\ncr3 sb\ncr3 sa\n',
  'write win+pt+0x88 0x12000|p|w|u\nwrite win+pt+0x80 0x11000|p|w|u|a|d\nwrite win+pt+0x80 0\ninvlpg 0x10000\nread 0x10000\n',
  'scenario 1\ntitle A guest \nmachine kvm mmu=shadow tlb=off vcpus=2\n',
  'guest paging=pae cr3=s0 wp=0 smep=1 smap=1\nguest paging=32 cr3=sa\nstub gva=0xc0000000 gpa=0x7000\nmap s 0xc0000000 0x7000 p|w|u|a|d\n',
  'machine kvm mmu=tdp tlb=off\nmachine kvm vendor=intel mmu=shadow tlb=off\nguest paging=5\nguest paging=off\nstub gva=0x7000 gpa=0x7000\n',
  'write 0x11000 2\nread 0x11000\nmap s 0x12000 0x12000 p|w|u\nread 0x12000\nread 0x400000 user\nwrite 0x10000 0x1111\n',
  'scenario 1\ntitle First touch\nmachine kvm mmu=shadow tlb=off\nguest paging=4\nslot 0 gpa=0 size=4M\n',
  'stub gva=0x7f0000000000 gpa=0x7000\nspace s pool=0x100000                         # root 0x100000\n',
  'map s 0x7f0000000000 0x7000 p|w|u|a|d         # tables 0x101000 0x102000 0x103000\n',
  'map s 0x10000 0x10000 p|w|u                   # tables 0x104000 0x105000 0x106000\n',
  'map s 0x11000 0x11000 p|w|u|a|d\n\nread 0x10000\nwrite 0x10000 1\nread 0x11000\n',
].join('');

/** Version 2 has stops and notes besides: words of filters before those of scenarios. As frozen as version 1. */
export const DICTIONARY_V2 = [
  'kvm_tdp_mmu_spte_changed fast_page_fault kvm_mmu_split_huge_page kvm_mmu_zap_all_fast mark_mmio_spte handle_mmio_page_fault ',
  'kvm_mmu_sync_page kvm_mmu_prepare_zap_page kvm_mmu_paging_element kvm_mmu_pagetable_walk kvm_mmu_walker_error kvm_inj_exception ',
  'family:tracepoint family:change family:walk -kind:reference cpu:0 cpu:host level>=2 level=1 error_code.w=1 ',
  'statement="write created=1 access=rwxu gva:0x10000 gpa:0x103000 frame:0x103 frame:h1 reg:cr3 step:3..5 ',
  'kind:vm_exit kind:memory_write kind:spte_update kind:table_free kind:kvm_mmu_unsync_page kind:kvm_mmu_get_page ',
  'fn:mmu_set_spte kind:call function=mmu_set_spte kind:call function=make_spte gfn=0x10 spte.w=0 spte.w=1 ',
  'table:t3 is:change entry:103[010] is:change entry:t3[010] is:change +is:exit\n+is:fault\n+kind:kvm_mmu_set_spte\n',
  DICTIONARY_V1,
].join('');
