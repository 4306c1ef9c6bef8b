/** What a processor says of a fault: the error code of a #PF, the code of an #NPF, the exit qualification of an EPT violation. */
import { EPT_QUALIFICATION_BITS } from '#arch/ept.ts';
import { PF_BITS } from '#arch/fault.ts';
import { NPF_BITS } from '#arch/npt.ts';
import { EVENT } from '#machine/events.ts';
import type { LogReader } from '#machine/log-reader.ts';
import { nestedRulesAt } from '#ui/sentence/nested-fault-reason.ts';
import type { Words } from '#ui/words/en.ts';

export interface FaultCode {
  readonly format: 'pf' | 'npf' | 'ept';
  /** A plain pair. */
  readonly hi: number;
  readonly lo: number;
}

/** Formats of the codes that exits have, by their reason. Other exits have none. */
const EXIT_FORMAT: Readonly<Record<string, FaultCode['format']>> = {
  '#PF': 'pf',
  '#NPF': 'npf',
  'EPT violation': 'ept',
};

const formatOfExit = (reader: LogReader, exit: number): FaultCode['format'] | null =>
  exit < 0 ? null : (EXIT_FORMAT[reader.text(reader.payload(exit, 0))] ?? null);

/** The code that event `index` tells; null where it tells none. */
export function faultCode(reader: LogReader, index: number): FaultCode | null {
  const word = (n: number): number => reader.payload(index, n);
  const pf = (code: number): FaultCode => ({ format: 'pf', hi: 0, lo: code });
  switch (reader.kind(index)) {
    case EVENT.exit: {
      const format = formatOfExit(reader, index);
      return format && { format, hi: word(3), lo: word(4) };
    }
    case EVENT.kvm_page_fault: {
      const exit = reader.find(index, -1, (event) => reader.kind(event) === EVENT.exit);
      return { format: formatOfExit(reader, exit) ?? 'pf', hi: word(3), lo: word(4) };
    }
    case EVENT.fault:
      return nestedRulesAt(reader, index) ? null : pf(word(2));
    case EVENT.kvm_mmu_pagetable_walk:
      return pf(word(2));
    case EVENT.kvm_mmu_walker_error:
      return pf(word(0));
    default:
      return null;
  }
}

/** A bit of a code, with what it says. */
export interface CodeBit {
  readonly name: string;
  readonly isSet: boolean;
  readonly meaning: string;
}

/** A code bit by bit. */
export function codeBits({ errorBits }: Words, { format, hi, lo }: FaultCode): CodeBit[] {
  const bit = (at: number, name: string, says: { readonly set: string; readonly clear: string }): CodeBit => {
    const isSet = ((at < 32 ? lo >>> at : hi >>> (at - 32)) & 1) === 1;
    return { name, isSet, meaning: isSet ? says.set : says.clear };
  };
  if (format === 'ept')
    return EPT_QUALIFICATION_BITS.map(({ bit: at, name }) => bit(at, name, errorBits.ept[name]));
  const low = PF_BITS.map(({ bit: at, name }) => bit(at, name, errorBits.pf[name]));
  if (format === 'pf') return low;
  return [...low, ...NPF_BITS.map(({ bit: at, name }) => bit(at, name, errorBits.npf[name]))];
}
