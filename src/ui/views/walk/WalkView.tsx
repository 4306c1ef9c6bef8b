import { PF } from '#arch/fault.ts';
import { hexOfPair } from '#arch/word64.ts';
import { useElementSize } from '#ui/design/element-size.ts';
import { GroupedHex } from '#ui/design/Value.tsx';
import { useHaste } from '#ui/haste.ts';
import { PlaceLink } from '#ui/PlaceLink.tsx';
import { useIsLow, useIsSmall } from '#ui/panes/screen-room.ts';
import { useMoment } from '#ui/session.ts';
import { useStudio } from '#ui/store.ts';
import type { Words } from '#ui/words/en.ts';
import { useWords } from '#ui/words/language.ts';
import { GridFigure } from './GridFigure.tsx';
import { walkModel } from './model.ts';
import { RowsFigure } from './RowsFigure.tsx';
import './walk.css';

/** What the access does, in words. */
function accessVerb({ reads }: Words['walk'], access: number): string {
  return access & PF.fetch ? reads.exec : access & PF.write ? reads.write : reads.read;
}

/** Whose access to which address the walk is of. */
export function WalkHeading() {
  const words = useWords();
  const moment = useMoment();
  const model = moment && walkModel(moment);
  if (!model) return null;
  return (
    <>
      {model.isAhead ? `${words.walk.ahead} ` : ''}cpu{model.cpu} {accessVerb(words.walk, model.access)}{' '}
      <PlaceLink place={{ kind: 'address', space: 'gva', hi: model.hi, lo: model.lo }}>
        <GroupedHex hi={model.hi} lo={model.lo} space="gva" />
      </PlaceLink>
      {model.access & PF.user ? ` ${words.walk.user}` : ''}
      {model.tlbHit ? ` · ${words.walk.hit}` : ''}
    </>
  );
}

/** Width that the figure is drawn for where it is then enlarged to fill its pane, in CSS pixels. */
const ENLARGED_WIDTH = 800;

/** The current translation, cell by cell. */
export function WalkView() {
  const words = useWords();
  const moment = useMoment();
  const isSmall = useIsSmall();
  const isLow = useIsLow();
  const isLarge = useStudio(({ arrangement }) => arrangement.isLarge);
  const hasty = useHaste((state) => state.hasty);
  const [element, room] = useElementSize<HTMLDivElement>();
  const width = isLarge ? Math.min(room.width, ENLARGED_WIDTH) : room.width;
  const mayGrow = isLarge || (isSmall && !isLow);
  const height = mayGrow ? Infinity : room.height;
  const model = moment && walkModel(moment);
  return (
    <div className={hasty ? 'walk hasty' : 'walk'} ref={element}>
      {!model && <p className="walk-empty">{words.walk.none}</p>}
      {model && model.rows.length > 0 && width > 0 && (
        <RowsFigure model={model} width={width} height={height} />
      )}
      {model?.grid && width > 0 && (
        <GridFigure
          model={model.grid}
          width={width}
          height={height}
          label={words.walk.figure(`0x${hexOfPair(model.hi, model.lo)}`)}
        />
      )}
    </div>
  );
}
