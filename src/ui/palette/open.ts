import { create } from 'zustand';

/** Whether the palette of commands is open. */
export const usePalette = create<{ open: boolean }>(() => ({ open: false }));
