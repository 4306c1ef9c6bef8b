import { DropdownMenu } from 'radix-ui';
import { drafts } from '#ui/drafts.ts';
import { examplesIn } from '#ui/examples.ts';
import { openFigures } from '#ui/figures/counting.ts';
import { useWords } from '#ui/words/language.ts';
import { openScenario, pickFile } from './open.ts';
import { recents } from './recents.ts';

interface Entry {
  readonly key: string;
  readonly title: string;
  readonly open: () => void;
}

function Entries({ label, entries }: { readonly label: string; readonly entries: readonly Entry[] }) {
  const words = useWords();
  if (entries.length === 0) return null;
  return (
    <DropdownMenu.Group>
      <DropdownMenu.Label>{label}</DropdownMenu.Label>
      {entries.map(({ key, title, open }) => (
        <DropdownMenu.Item key={key} onSelect={open}>
          {title || words.bar.untitled}
        </DropdownMenu.Item>
      ))}
    </DropdownMenu.Group>
  );
}

/** What can be opened, read when the menu is. */
function Content() {
  const words = useWords();
  const kept = drafts();
  const known = new Set(kept.map(({ text }) => text));
  const opened = recents().filter(({ text }) => !known.has(text));
  return (
    <DropdownMenu.Content className="menu" align="start" sideOffset={4}>
      <DropdownMenu.Item onSelect={pickFile}>
        {words.opening.file} <kbd>o</kbd>
      </DropdownMenu.Item>
      <DropdownMenu.Label>{words.opening.help}</DropdownMenu.Label>
      <DropdownMenu.Item onSelect={openFigures}>{words.figures.open}</DropdownMenu.Item>
      <DropdownMenu.Separator className="menu-line" />
      <Entries
        label={words.bar.drafts}
        entries={kept.map((draft) => ({
          key: draft.id,
          title: draft.title,
          open: () => openScenario(draft.text, draft),
        }))}
      />
      <Entries
        label={words.opening.recents}
        entries={opened.map(({ title, text }) => ({ key: text, title, open: () => openScenario(text) }))}
      />
      <Entries
        label={words.bar.examples}
        entries={examplesIn(words).map(({ name, title, text }) => ({
          key: name,
          title,
          open: () => openScenario(text),
        }))}
      />
    </DropdownMenu.Content>
  );
}

/** Files, drafts, what was opened last, and the scenarios that come with the page. Open at first: see later.tsx. */
export function OpenMenu() {
  const words = useWords();
  return (
    <DropdownMenu.Root defaultOpen modal={false}>
      <DropdownMenu.Trigger className="button">{words.bar.open} ▾</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <Content />
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
