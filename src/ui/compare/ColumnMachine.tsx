import { DropdownMenu } from 'radix-ui';
import {
  changedWords,
  MACHINES,
  type MachineWords,
  machineWords,
  type OfferedMachine,
  parseMachineWords,
  printMachineWords,
  SWITCHES,
  type Switch,
} from '#scenario/variant.ts';
import { mmuText } from '#ui/machine-text.ts';
import { useWords } from '#ui/words/language.ts';
import { changeCounterpart } from './columns.ts';
import { machineChoice } from './counterpart.ts';

interface Props {
  /** Number of the counterpart, from 0. */
  readonly index: number;
  /** The words that make it differ from the scenario. */
  readonly words: string;
  /** Its scenario text. */
  readonly text: string;
}

const VENDORS = ['amd', 'intel'] as const;

/** The value that takes a switch back. */
const usual = ({ value }: Switch): string => (value === 'off' ? 'on' : 'off');

/** Which machine, which processor, and what is switched off or on: the `machine` line, in which alone a counterpart differs. */
export function ColumnMachine({ index, words: own, text }: Props) {
  const words = useWords();
  const machine = machineWords(text);
  const kind = machine?.kind ?? 'kvm';
  const mmu = machine?.keys.get('mmu') ?? (kind === 'bare' ? 'none' : 'shadow');
  const change = (part: MachineWords) => {
    const next = changedWords(parseMachineWords(own), part);
    const kept = part.kind === null && parseMachineWords(own).kind === null;
    changeCounterpart(index, {
      kind: 'machine',
      words: printMachineWords(kept ? { ...next, kind: null } : next),
    });
  };
  const set = (name: string, value: string) => change({ kind: null, keys: new Map([[name, value]]) });
  const isOn = ({ name, value }: Switch) => machine?.keys.get(name) === value;
  const offered = SWITCHES.filter(({ name }) => kind !== 'bare' || name === 'tlb');
  return (
    <span className="column-machine">
      <select
        aria-label={words.compare.machine}
        value={machineChoice({ kind, mmu } as OfferedMachine)}
        onChange={({ target }) => change(parseMachineWords(target.value))}
      >
        {MACHINES.map((each) => (
          <option key={machineChoice(each)} value={machineChoice(each)}>
            {mmuText(each, words)}
          </option>
        ))}
      </select>
      <select
        aria-label={words.compare.processor}
        value={machine?.keys.get('vendor') ?? 'amd'}
        onChange={({ target }) => set('vendor', target.value)}
      >
        {VENDORS.map((vendor) => (
          <option key={vendor} value={vendor}>
            {vendor.toUpperCase()}
          </option>
        ))}
      </select>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className="button" aria-label={words.compare.switches}>
          {offered.filter(isOn).length > 0
            ? words.compare.switched(offered.filter(isOn).length)
            : words.compare.switches}{' '}
          ▾
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu switches" align="end" sideOffset={4}>
            {offered.map((each) => (
              <DropdownMenu.CheckboxItem
                key={each.name}
                checked={isOn(each)}
                onCheckedChange={(isWanted) => set(each.name, isWanted ? each.value : usual(each))}
                onSelect={(event) => event.preventDefault()}
              >
                <DropdownMenu.ItemIndicator className="indicator">✓</DropdownMenu.ItemIndicator>
                <code>
                  {each.name}={each.value}
                </code>{' '}
                <small>{words.statements.place('machine', each.name)}</small>
              </DropdownMenu.CheckboxItem>
            ))}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </span>
  );
}
