import { Mark } from '#ui/design/Mark.tsx';
import { VIEWS } from '#ui/panes/views.tsx';
import { Position, Transport } from '#ui/views/timeline/Transport.tsx';
import { useWords } from '#ui/words/language.ts';
import { momentAddress } from './address-bar.ts';
import { mainView, type Tab } from './arrangement.ts';
import { later } from './later.tsx';
import { MessageBar } from './MessageBar.tsx';
import { machineText } from './machine-text.ts';
import { SentencePane } from './SentencePane.tsx';
import { useSession } from './session.ts';
import { useStudio } from './store.ts';
import './embed.css';

const ComparePage = later(async () => (await import('#ui/compare/ComparePage.tsx')).ComparePage);

/** A way to the whole page, at the moment that is shown when it is taken. */
function WayOut() {
  const words = useWords().sharing;
  const toNow = (link: HTMLAnchorElement) => {
    link.href = momentAddress();
  };
  return (
    <a
      href={momentAddress()}
      target="_blank"
      rel="noopener"
      onPointerDown={(event) => toNow(event.currentTarget)}
      onClick={(event) => toNow(event.currentTarget)}
    >
      {words.wayOut}
    </a>
  );
}

/** One view, the sentence, and the buttons that move. */
function OneView({ view }: { readonly view: Tab }) {
  const words = useWords();
  const View = VIEWS[view];
  return (
    <>
      <main className="embed-view" aria-label={words.panes[view]}>
        <View />
      </main>
      <SentencePane />
      <div className="transport-bar">
        <Transport />
        <Position />
      </div>
    </>
  );
}

/** For a frame in somebody else's page: one view, or machines beside each other where that is what was shared. */
export function EmbedPage() {
  const words = useWords();
  const run = useSession((state) => state.run);
  const view = useStudio(({ arrangement }) => mainView(arrangement));
  const isComparing = useStudio(({ arrangement }) => arrangement.compare.length > 0);
  return (
    <div className="studio embed">
      <header className="embed-bar">
        <Mark />
        <h1>{run?.scenario.title}</h1>
        <span className="machine">{run && machineText(run.scenario, words)}</span>
        <WayOut />
      </header>
      <MessageBar />
      {isComparing ? (
        <main className="embed-view">
          <ComparePage />
        </main>
      ) : (
        <OneView view={view} />
      )}
    </div>
  );
}
