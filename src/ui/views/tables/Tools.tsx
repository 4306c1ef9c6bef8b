import { useWords } from '#ui/words/language.ts';
import { setZoom, showLevels, togglePath, useTables, ZOOM, zoomBy } from './state.ts';

/** Levels that can be the lowest one shown. */
const LEVELS = [1, 2, 3, 4] as const;

/** How much of the tables is shown, and how large. */
export function Tools() {
  const words = useWords().tables;
  const { least, onPath, zoom } = useTables();
  return (
    <div className="tables-tools">
      <label>
        {words.levels}{' '}
        <select value={least} onChange={(event) => showLevels(Number(event.target.value))}>
          {LEVELS.map((level) => (
            <option key={level} value={level}>
              {level === 1 ? words.allLevels : words.levelsFrom(level)}
            </option>
          ))}
        </select>
      </label>
      <button type="button" aria-pressed={onPath} title={words.pathHelp} onClick={togglePath}>
        {words.path}
      </button>
      <span className="zoom">
        <button type="button" aria-label={words.zoomOut} onClick={() => zoomBy(1 / ZOOM.step)}>
          −
        </button>
        <button type="button" className="number" aria-label={words.zoomReset} onClick={() => setZoom(1)}>
          {Math.round(zoom * 100)} %
        </button>
        <button type="button" aria-label={words.zoomIn} onClick={() => zoomBy(ZOOM.step)}>
          +
        </button>
      </span>
    </div>
  );
}
