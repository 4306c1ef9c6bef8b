import { useState } from 'react';
import { embedAddress } from '#ui/address-bar.ts';
import { mainView, maximisedOn, TABS, type Tab } from '#ui/arrangement.ts';
import { useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';
import { Choice } from './Choice.tsx';
import { CopyButton } from './CopyButton.tsx';
import { element } from './markup.ts';
import { Preview } from './Preview.tsx';
import type { TabProps } from './tab.ts';

const SIZES = ['640×420', '800×500', '960×640'] as const;
type Size = (typeof SIZES)[number];

/** The markup of a frame. It needs no style and no script, so that it works under a strict policy of the other page's too. */
function frameMarkup(address: string, size: Size, title: string): string {
  const [width = '', height = ''] = size.split('×');
  const frame = element('iframe', { src: address, width, height, title, loading: 'lazy' });
  return frame.replace(/\/>$/, ' allowfullscreen></iframe>');
}

/** The moment as a frame for another page. */
export function EmbedTab({ moment }: TabProps) {
  const words = useWords();
  const arrangement = useStudio((state) => state.arrangement);
  const [view, setView] = useState<Tab>(() => mainView(arrangement));
  const [size, setSize] = useState<Size>('800×500');
  const title = `${words.product}: ${moment.run.scenario.title}`;
  const address = embedAddress({ ...arrangement, ...maximisedOn(view) });
  const markup = frameMarkup(address, size, title);
  const [width, height] = size.split('×');
  return (
    <>
      <p className="export-choices">
        {arrangement.compare.length === 0 && (
          <Choice
            label={words.sharing.view}
            value={view}
            values={TABS}
            name={(id) => words.panes[id]}
            onChange={setView}
          />
        )}
        <Choice
          label={words.sharing.size}
          value={size}
          values={SIZES}
          name={(choice) => choice}
          onChange={setSize}
        />
      </p>
      <Preview>
        <iframe key={address} src={address} width={width} height={height} title={title} />
      </Preview>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by key */}
      <pre className="export-snippet" tabIndex={0}>
        {markup}
      </pre>
      <p className="export-actions">
        <CopyButton text={() => markup} />
      </p>
    </>
  );
}
