import { Dialog } from 'radix-ui';
import { FIGURES } from '#figures/all.ts';
import { SOURCES } from '#figures/sources.ts';
import { useWords } from '#ui/words/language.ts';
import { closeFigures, useFigures } from './counting.ts';
import { FigureTable } from './FigureTable.tsx';
import './figures.css';

/** All figures, and where the published numbers are from. */
export function FiguresDialog() {
  const words = useWords().figures;
  const { values, failure } = useFigures();
  return (
    <Dialog.Root open onOpenChange={(open) => open || closeFigures()}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-shade" />
        <Dialog.Content className="dialog figures" aria-describedby={undefined}>
          <Dialog.Close className="button dialog-close">{words.close}</Dialog.Close>
          <Dialog.Title>{words.title}</Dialog.Title>
          <p>{words.intro}</p>
          {failure !== null && <p role="alert">{words.failed(failure)}</p>}
          {FIGURES.map((figure) => (
            <FigureTable key={figure.id} figure={figure} values={values[figure.id] ?? null} />
          ))}
          <section aria-labelledby="figure-sources">
            <h3 id="figure-sources">{words.sources}</h3>
            <ul>
              {Object.entries(SOURCES).map(([id, { short, long }]) => (
                <li key={id}>
                  <b>{short}</b> {long}
                </li>
              ))}
            </ul>
          </section>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
