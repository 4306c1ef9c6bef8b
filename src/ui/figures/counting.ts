/** The figures as far as they are counted. They are counted when somebody asks, once a visit. */
import { create } from 'zustand';
import type { FigureId } from '#figures/figure.ts';
import type { FromFigures } from '#worker/figure-messages.ts';
import FiguresWorker from '#worker/figures.ts?worker';

interface FiguresState {
  readonly open: boolean;
  /** Numbers by row and column. */
  readonly values: Readonly<Partial<Record<FigureId, readonly (readonly number[])[]>>>;
  /** Why they could not be counted. */
  readonly failure: string | null;
}

export const useFigures = create<FiguresState>(() => ({ open: false, values: {}, failure: null }));

let worker: Worker | null = null;

/** Opens the figures. */
export function openFigures(): void {
  useFigures.setState({ open: true });
  if (worker) return;
  worker = new FiguresWorker();
  worker.onmessage = ({ data }: MessageEvent<FromFigures>) => {
    if (data.type === 'failed') useFigures.setState({ failure: data.reason });
    else useFigures.setState(({ values }) => ({ values: { ...values, [data.id]: data.values } }));
  };
  worker.onerror = ({ message }) => useFigures.setState({ failure: message });
}

export const closeFigures = (): void => useFigures.setState({ open: false });
