import { lazy, Suspense } from 'react';
import { useExportDialog } from './dialog.ts';

const ExportDialog = lazy(() =>
  import('./ExportDialog.tsx').then((module) => ({ default: module.ExportDialog })),
);

/** The export dialog, loaded when it is first opened. */
export function ExportDoor() {
  const open = useExportDialog((state) => state.open);
  if (!open) return null;
  return (
    <Suspense fallback={null}>
      <ExportDialog />
    </Suspense>
  );
}
