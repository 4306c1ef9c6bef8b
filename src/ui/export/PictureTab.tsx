import { useEffect, useRef, useState } from 'react';
import { mainView } from '#ui/arrangement.ts';
import { eventNumber } from '#ui/moment.ts';
import { tell, useStudio } from '#ui/store.ts';
import { useWords } from '#ui/words/language.ts';
import { Choice } from './Choice.tsx';
import { download, fileName, release, textFile } from './files.ts';
import { Preview } from './Preview.tsx';
import { fitted, pngOf } from './picture.ts';
import { momentText, PICTURES, type PictureId, pictureName, Sheet } from './Sheet.tsx';
import type { TabProps } from './tab.ts';
import { vectorOf } from './vector.ts';

const WIDTHS = [720, 960, 1280] as const;

/** A picture and an address under which the page can show it. */
interface Picture {
  readonly svg: string;
  readonly address: string;
}

/** The picture of a sheet, made anew when `key` changes; null while it is made. */
function usePicture(key: string, title: string) {
  const sheet = useRef<HTMLElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const [picture, setPicture] = useState<Picture | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what the sheet shows
  useEffect(() => {
    let isWanted = true;
    let address = '';
    setPicture(null);
    const make = async () => {
      if (!body.current) return;
      body.current.style.height = '';
      await fitted(body.current, () => isWanted);
      if (!isWanted || !sheet.current) return;
      const svg = vectorOf(sheet.current, title);
      address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
      setPicture({ svg, address });
    };
    void make();
    return () => {
      isWanted = false;
      if (address !== '') release(address);
    };
  }, [key, title]);
  return { sheet, body, picture };
}

/** A view as SVG and PNG: light, with its caption and the link. */
export function PictureTab({ moment }: TabProps) {
  const words = useWords();
  const [view, setView] = useState<PictureId>(() => mainView(useStudio.getState().arrangement));
  const [width, setWidth] = useState<(typeof WIDTHS)[number]>(720);
  const name = pictureName(view, words);
  const title = `${moment.run.scenario.title}: ${momentText(moment, name, words.sharing)}`;
  const { sheet, body, picture } = usePicture(`${view} ${width}`, title);
  const file = (suffix: string) =>
    fileName(moment.run.scenario.title, `${name} ${eventNumber(moment.run, moment.index)}`, suffix);
  const savePng = async () => {
    try {
      if (picture) download(file('png'), await pngOf(picture.svg));
    } catch {
      tell({ tone: 'problem', text: ({ sharing }) => sharing.noPicture });
    }
  };
  return (
    <>
      <p className="export-choices">
        <Choice
          label={words.sharing.view}
          value={view}
          values={PICTURES}
          name={(id) => pictureName(id, words)}
          onChange={setView}
        />
        <Choice
          label={words.sharing.width}
          value={width}
          values={WIDTHS}
          name={(pixels) => words.sharing.widths[pixels]}
          onChange={setWidth}
        />
      </p>
      <Preview>
        {picture ? <img src={picture.address} alt={title} /> : <p>{words.sharing.drawing}</p>}
      </Preview>
      <div className="export-off-page">
        <Sheet view={view} moment={moment} width={width} ref={sheet} bodyRef={body} />
      </div>
      <p className="export-actions">
        <button
          type="button"
          className="button main"
          disabled={!picture}
          onClick={() => picture && download(file('svg'), textFile(picture.svg, 'image/svg+xml'))}
        >
          {words.sharing.svg}
        </button>
        <button type="button" className="button" disabled={!picture} onClick={savePng}>
          {words.sharing.png}
        </button>
      </p>
    </>
  );
}
