import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startColumns } from '#ui/compare/columns.ts';
import { startCommonCursor } from '#ui/compare/cursor.ts';
import { startLanguage } from '#ui/words/language.ts';
import { startAddressBar } from './address-bar.ts';
import { startHaste } from './haste.ts';
import { startOffline } from './offline.ts';
import { Studio } from './Studio.tsx';
import { startTheme } from './theme.ts';

function show(): void {
  startColumns();
  startCommonCursor();
  startHaste();
  startAddressBar();
  const root = document.getElementById('root');
  if (!root) return;
  createRoot(root).render(
    <StrictMode>
      <Studio />
    </StrictMode>,
  );
}

startTheme();
startOffline();
// Not awaited here: a catalogue imports from the very file that this is in, which would wait for itself.
void startLanguage().then(show);
