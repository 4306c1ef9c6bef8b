import { useInsertLine } from '#ui/edit/insert-line.ts';
import { useExportDialog } from '#ui/export/dialog.ts';
import { useFigures } from '#ui/figures/counting.ts';
import { usePalette } from '#ui/palette/open.ts';
import { useKeySheet } from './commands.ts';
import { later } from './later.tsx';

const ExportDialog = later(async () => (await import('#ui/export/ExportDialog.tsx')).ExportDialog);
const FiguresDialog = later(async () => (await import('#ui/figures/FiguresDialog.tsx')).FiguresDialog);
const InsertDialog = later(async () => (await import('#ui/views/editor/InsertDialog.tsx')).InsertDialog);
const KeySheet = later(async () => (await import('./KeySheet.tsx')).KeySheet);
const Palette = later(async () => (await import('#ui/palette/Palette.tsx')).Palette);

/** The dialogs that are open. */
export function Dialogs() {
  const isExporting = useExportDialog((state) => state.open);
  const hasFigures = useFigures((state) => state.open);
  const isInserting = useInsertLine((state) => state.open);
  const hasKeys = useKeySheet((state) => state.open);
  const hasPalette = usePalette((state) => state.open);
  return (
    <>
      {isExporting && <ExportDialog />}
      {hasFigures && <FiguresDialog />}
      {isInserting && <InsertDialog />}
      {hasKeys && <KeySheet />}
      {hasPalette && <Palette />}
    </>
  );
}
