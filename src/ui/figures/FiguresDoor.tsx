import { lazy, Suspense } from 'react';
import { useFigures } from './counting.ts';

const FiguresDialog = lazy(() =>
  import('./FiguresDialog.tsx').then((module) => ({ default: module.FiguresDialog })),
);

/** The figures, loaded when they are first opened. */
export function FiguresDoor() {
  const open = useFigures((state) => state.open);
  if (!open) return null;
  return (
    <Suspense fallback={null}>
      <FiguresDialog />
    </Suspense>
  );
}
