import { useState } from 'react';

/** For a dialog's `onCloseAutoFocus`: the focus goes back to what had it when the dialog was opened, whatever opened it. */
export function useFocusBack(): (event: Event) => void {
  const [before] = useState(() => document.activeElement);
  return (event) => {
    event.preventDefault();
    if (before instanceof HTMLElement) before.focus();
  };
}
