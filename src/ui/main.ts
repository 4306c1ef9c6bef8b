/** Where the page begins: the engine's worker starts while the page itself is still on its way. */
import './first-worker.ts';

void import('./page.tsx');
