import { create } from 'zustand';

/** Whether the line for a statement is open. */
export const useInsertLine = create<{ open: boolean }>(() => ({ open: false }));
