import { useState } from 'react';
import { toggleComparison } from '#ui/compare/columns.ts';
import { Mark } from '#ui/design/Mark.tsx';
import { useExportDialog } from '#ui/export/dialog.ts';
import { useIsSmall } from '#ui/panes/screen-room.ts';
import {
  LANGUAGE,
  LANGUAGES,
  type Language,
  setLanguage,
  useLanguage,
  useWords,
} from '#ui/words/language.ts';
import { momentAddress, useAddressLength } from './address-bar.ts';
import { useKeySheet } from './commands.ts';
import { menuLater } from './later.tsx';
import { machineText } from './machine-text.ts';
import { useSession } from './session.ts';
import { tell, useStudio } from './store.ts';
import { setTheme, THEMES, type Theme, useTheme } from './theme.ts';

const OpenMenu = menuLater(async () => (await import('#ui/opening/OpenMenu.tsx')).OpenMenu, {
  className: 'button',
  label: ({ bar }) => bar.open,
});

const PanesMenu = menuLater(async () => (await import('#ui/panes/PanesMenu.tsx')).PanesMenu, {
  className: 'button panes-menu',
  label: ({ layout }) => layout.menu,
});

/** Characters of a link that chat programs leave whole. */
const MOST_CHARACTERS = 2000;

function ThemeMenu() {
  const words = useWords();
  const theme = useTheme((state) => state.theme);
  return (
    <label className="theme">
      <span className="visually-hidden">{words.bar.theme}</span>
      <select value={theme} onChange={(event) => setTheme(event.target.value as Theme)}>
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {words.bar.themes[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

function LanguageMenu() {
  const { language, words } = useLanguage();
  return (
    <label>
      <span className="visually-hidden">{words.bar.language}</span>
      <select value={language} onChange={(event) => setLanguage(event.target.value as Language)}>
        {LANGUAGES.map((id) => (
          <option key={id} value={id} lang={LANGUAGE[id].tag}>
            {LANGUAGE[id].name}
          </option>
        ))}
      </select>
    </label>
  );
}

function CopyLink() {
  const words = useWords();
  const length = useAddressLength((state) => state.length);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const address = momentAddress();
    history.replaceState(history.state, '', address);
    try {
      await navigator.clipboard.writeText(address);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      tell({ tone: 'notice', text: () => address });
    }
  };
  return (
    <button type="button" className="button" onClick={copy} title={words.bar.meter(length)}>
      <span aria-live="polite">{copied ? words.bar.copied : words.bar.copy}</span>{' '}
      <small className={`meter${length > MOST_CHARACTERS ? ' over' : ''}`}>
        {length > 0 && `${length} / ${MOST_CHARACTERS}`}
      </small>
    </button>
  );
}

/** Which machine runs the scenario; a press puts others beside it, or takes them away. */
function MachineButton() {
  const words = useWords();
  const run = useSession((state) => state.run);
  const isOpen = useStudio(({ arrangement }) => arrangement.compare.length > 0);
  if (!run) return null;
  return (
    <button
      type="button"
      className="button machine"
      aria-pressed={isOpen}
      title={words.compare.openHelp}
      onClick={toggleComparison}
    >
      <span>{machineText(run.scenario, words)}</span> <b>⇄ {words.compare.open}</b>
    </button>
  );
}

/** The product's mark, the scenario's title, and what can be done with the whole page. */
export function TopBar() {
  const words = useWords();
  const run = useSession((state) => state.run);
  const isSmall = useIsSmall();
  return (
    <header className="top-bar">
      <Mark />
      <strong className="product">{words.product}</strong>
      <h1>{run?.scenario.title}</h1>
      <MachineButton />
      <nav>
        <OpenMenu />
        {!isSmall && <PanesMenu />}
        <CopyLink />
        <button type="button" className="button" onClick={() => useExportDialog.setState({ open: true })}>
          {words.sharing.open}
        </button>
        <ThemeMenu />
        <LanguageMenu />
        <button
          type="button"
          className="button"
          aria-label={words.bar.keys}
          title={words.bar.keys}
          onClick={() => useKeySheet.setState({ open: true })}
        >
          ?
        </button>
      </nav>
    </header>
  );
}
