import { Dialog } from 'radix-ui';
import { useWords } from '#ui/words/language.ts';
import { COMMANDS, useKeySheet } from './commands.ts';

/** All keys, from the table of commands. */
export function KeySheet() {
  const words = useWords();
  const open = useKeySheet((state) => state.open);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => useKeySheet.setState({ open: next })}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-shade" />
        <Dialog.Content className="dialog" aria-describedby={undefined}>
          <Dialog.Title>{words.keys.title}</Dialog.Title>
          <dl>
            {COMMANDS.map((command) => (
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
          <Dialog.Close className="button">{words.keys.close}</Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
