import { Dialog } from 'radix-ui';
import { useWords } from '#ui/words/language.ts';
import { COMMANDS, GROUPS, useKeySheet } from './commands.ts';

/** Terms of a filter, one of each sort; docs/filter.md has all of them. */
const TERMS = [
  ['kind:kvm_mmu_*', 'kind'],
  ['gfn=0x10', 'field'],
  ['level>=2', 'number'],
  ['spte.w=0', 'bit'],
  ['entry:t3[010]', 'thing'],
  ['fn:mmu_set_spte', 'function'],
  ['step:3..5', 'counted'],
  ['is:fault', 'group'],
  ['"write 0x10000"', 'text'],
] as const;

function Keys({ group }: { readonly group: (typeof GROUPS)[number] }) {
  const words = useWords();
  return (
    <section>
      <h3>{words.commandGroups[group]}</h3>
      <dl>
        {COMMANDS.filter((command) => command.group === group).map((command) => (
          <div key={command.id}>
            <dt>
              {command.shown.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{words.commands[command.id]}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** All keys, from the table of commands. */
export function KeySheet() {
  const words = useWords();
  const { sheet } = words.search;
  const open = useKeySheet((state) => state.open);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => useKeySheet.setState({ open: next })}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-shade" />
        <Dialog.Content className="dialog" aria-describedby={undefined}>
          <Dialog.Close className="button dialog-close">{words.keys.close}</Dialog.Close>
          <Dialog.Title>{words.keys.title}</Dialog.Title>
          <div className="key-groups">
            {GROUPS.map((group) => (
              <Keys key={group} group={group} />
            ))}
          </div>
          <section className="filter-sheet">
            <h3>{sheet.title}</h3>
            <p>{sheet.intro}</p>
            <dl>
              {TERMS.map(([term, meaning]) => (
                <div key={term}>
                  <dt>
                    <code>{term}</code>
                  </dt>
                  <dd>{sheet.meanings[meaning]}</dd>
                </div>
              ))}
            </dl>
          </section>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
