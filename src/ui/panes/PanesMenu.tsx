import { DropdownMenu } from 'radix-ui';
import { PANES, PRESET_IDS, PRESETS, presetOf } from '#ui/arrangement.ts';
import { COMMANDS } from '#ui/commands.ts';
import { arrange, foldPane, useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';

/** Arrangements to choose from, and each pane to open or fold. Open at first: see later.tsx. */
export function PanesMenu() {
  const words = useWords();
  const arrangement = useStudio((state) => state.arrangement);
  return (
    <DropdownMenu.Root defaultOpen modal={false}>
      <DropdownMenu.Trigger className="button panes-menu">{words.layout.menu} ▾</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          <DropdownMenu.RadioGroup value={presetOf(arrangement) ?? ''}>
            {PRESET_IDS.map((id) => (
              <DropdownMenu.RadioItem key={id} value={id} onSelect={() => arrange(PRESETS[id])}>
                <DropdownMenu.ItemIndicator className="indicator">●</DropdownMenu.ItemIndicator>
                <b>{words.layout.presets[id]}</b> <small>{words.layout.presetHelp[id]}</small>
                <kbd>{COMMANDS.find((command) => command.id === id)?.shown}</kbd>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="menu-line" />
          <DropdownMenu.Label>{words.layout.shown}</DropdownMenu.Label>
          {PANES.map((pane) => (
            <DropdownMenu.CheckboxItem
              key={pane}
              checked={!arrangement.folded.includes(pane)}
              onCheckedChange={(isOpen) => foldPane(pane, !isOpen)}
            >
              <DropdownMenu.ItemIndicator className="indicator">✓</DropdownMenu.ItemIndicator>
              {pane === 'lower' ? words.layout.lower : words.panes[pane]}
            </DropdownMenu.CheckboxItem>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
