/** Light, dark, or as the system is; kept in the browser, never in a link. */
import { create } from 'zustand';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'penumbra.theme';

const stored = (): Theme => {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'system';
  } catch {
    return 'system';
  }
};

/** The choice, and what it comes to. */
export const useTheme = create<{ theme: Theme; dark: boolean }>(() => ({ theme: 'system', dark: false }));

export function setTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Not kept, but shown.
  }
  apply(theme);
}

function apply(theme: Theme): void {
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  useTheme.setState({ theme, dark });
}

/** Applies the kept choice and follows the system from then on. */
export function startTheme(): void {
  apply(stored());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
    apply(useTheme.getState().theme),
  );
}
