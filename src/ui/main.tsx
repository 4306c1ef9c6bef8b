import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startLanguage } from '#ui/words/language.ts';
import { startAddressBar } from './address-bar.ts';
import { Studio } from './Studio.tsx';
import { startTheme } from './theme.ts';

startTheme();
await startLanguage();
startAddressBar();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Studio />
    </StrictMode>,
  );
}
