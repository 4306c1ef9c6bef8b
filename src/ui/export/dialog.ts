import { create } from 'zustand';

/** Whether the export dialog is open. */
export const useExportDialog = create<{ open: boolean }>(() => ({ open: false }));
