/** Arranging the panes. */

export const layout = {
  menu: 'Panes',
  presets: { learn: 'Learn', debug: 'Debug', present: 'Present' },
  presetHelp: {
    learn: 'scenario, walk and tables, with a short list of events',
    debug: 'all panes',
    present: 'walk and sentence in large type, for a lecture hall',
  },
  shown: 'Open panes',
  /** The pane below the walk, by what can be in it. */
  lower: 'Below the walk',
  resizeHelp: 'Drag to resize; a double click or Delete puts it back; Enter folds',
  fold: (pane: string) => `Fold ${pane}`,
  unfold: (pane: string) => `Open ${pane}`,
  maximise: (pane: string) => `Maximise ${pane}`,
  wholeFigure: 'Whole figure',
  restore: (pane: string) => `Restore ${pane}`,
};
