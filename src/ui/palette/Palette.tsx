import { Command } from 'cmdk';
import { useState } from 'react';
import { COMMANDS, GROUPS } from '#ui/commands.ts';
import { examplesIn } from '#ui/examples.ts';
import { goTo } from '#ui/jumps.ts';
import { openScenario } from '#ui/opening/open.ts';
import { followPlace } from '#ui/PlaceLink.tsx';
import { useIsSmall } from '#ui/panes/screen-room.ts';
import { useMoment } from '#ui/session.ts';
import { useWords } from '#ui/words/language.ts';
import { usePalette } from './open.ts';
import { type Target, targetsNamed } from './targets.ts';
import './palette.css';

const close = (): void => usePalette.setState({ open: false });

/** Runs what was chosen once the palette has gone: the focus is where it was before. */
function choose(run: () => void): void {
  close();
  requestAnimationFrame(run);
}

function follow(target: Target): void {
  if (target.kind === 'event') goTo({ event: target.index });
  else followPlace(target.place);
}

/** Places and events that the text may mean. */
function Targets({ typed }: { readonly typed: string }) {
  const { palette, timeline } = useWords();
  const moment = useMoment();
  const targets = moment ? targetsNamed(moment, typed) : [];
  if (targets.length === 0) return null;
  return (
    <Command.Group heading={palette.places} forceMount>
      {targets.map((target) => {
        const name = target.kind === 'event' ? timeline.event(target.number) : target.name;
        return (
          <Command.Item
            key={name}
            value={`→ ${name}`}
            forceMount
            onSelect={() => choose(() => follow(target))}
          >
            {palette.goTo(name)}
          </Command.Item>
        );
      })}
    </Command.Group>
  );
}

function Commands() {
  const words = useWords();
  const isSmall = useIsSmall();
  const useful = COMMANDS.filter(({ id, arranges }) => id !== 'palette' && !(arranges && isSmall));
  return GROUPS.map((group) => (
    <Command.Group key={group} heading={words.commandGroups[group]}>
      {useful
        .filter((command) => command.group === group)
        .map(({ id, shown, run }) => (
          <Command.Item key={id} value={words.commands[id]} keywords={[id]} onSelect={() => choose(run)}>
            <span>{words.commands[id]}</span>
            <span>
              {shown.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </span>
          </Command.Item>
        ))}
    </Command.Group>
  ));
}

/** Every command with its key, every scenario that comes with the page, and every place by its name. */
export function Palette() {
  const words = useWords();
  const [typed, setTyped] = useState('');
  return (
    <Command.Dialog
      open
      onOpenChange={close}
      label={words.palette.title}
      overlayClassName="dialog-shade"
      contentClassName="palette"
      loop
    >
      <Command.Input value={typed} onValueChange={setTyped} placeholder={words.palette.hint} />
      <Command.List label={words.palette.title}>
        <Command.Empty>{words.palette.empty}</Command.Empty>
        <Targets typed={typed} />
        <Commands />
        <Command.Group heading={words.bar.examples}>
          {examplesIn(words).map(({ name, title, text }) => (
            <Command.Item
              key={name}
              value={title}
              keywords={[name]}
              onSelect={() => choose(() => openScenario(text))}
            >
              {title}
            </Command.Item>
          ))}
        </Command.Group>
      </Command.List>
    </Command.Dialog>
  );
}
