import { useEffect } from 'react';
import { Inlet } from '#ui/opening/Inlet.tsx';
import { DesktopPanes } from '#ui/panes/DesktopPanes.tsx';
import { PhonePanes } from '#ui/panes/PhonePanes.tsx';
import { useIsSmall } from '#ui/panes/screen-room.ts';
import { usePreparedFlips } from '#ui/views/inspector/flip-maker.ts';
import { handleInput, handleKey } from './commands.ts';
import { Dialogs } from './Dialogs.tsx';
import { EmbedPage } from './EmbedPage.tsx';
import { isEmbedded } from './embed.ts';
import { later } from './later.tsx';
import { EditMessage, MessageBar } from './MessageBar.tsx';
import { useStudio } from './store.ts';
import { TopBar } from './TopBar.tsx';
import '#ui/design/tokens.css';
import '#ui/design/studio.css';
import '#ui/design/forced-colors.css';
import '#ui/views/timeline/timeline.css';

const ComparePage = later(async () => (await import('#ui/compare/ComparePage.tsx')).ComparePage);

function WholePage() {
  usePreparedFlips();
  const isSmall = useIsSmall();
  const isLarge = useStudio(({ arrangement }) => arrangement.isLarge) && !isSmall;
  const isComparing = useStudio(({ arrangement }) => arrangement.compare.length > 0);
  return (
    <div className={`studio${isSmall ? ' small' : ''}${isLarge ? ' large' : ''}`}>
      <TopBar />
      <MessageBar />
      <main>{isComparing ? <ComparePage /> : isSmall ? <PhonePanes /> : <DesktopPanes />}</main>
      {(!isSmall || isComparing) && <EditMessage />}
      <Dialogs />
      <Inlet />
    </div>
  );
}

/** The page; in another page's frame, a part of it. */
export function Studio() {
  useEffect(() => {
    addEventListener('keydown', handleKey);
    addEventListener('beforeinput', handleInput);
    return () => {
      removeEventListener('keydown', handleKey);
      removeEventListener('beforeinput', handleInput);
    };
  }, []);
  return isEmbedded() ? <EmbedPage /> : <WholePage />;
}
