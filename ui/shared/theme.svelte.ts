export type Theme = "system" | "light" | "dark";

const KEY = "theme";

class ThemeChoice {
  current = $state<Theme>("system");

  set(theme: Theme): void {
    this.current = theme;
    localStorage.setItem(KEY, theme);
    applyTheme();
  }
}

export const themeChoice = new ThemeChoice();

/** Puts the stored choice on the page; the system decides where there is none. */
export function applyTheme(): void {
  const stored = localStorage.getItem(KEY);
  themeChoice.current = stored === "light" || stored === "dark" ? stored : "system";
  const root = document.documentElement;
  if (themeChoice.current === "system") delete root.dataset.theme;
  else root.dataset.theme = themeChoice.current;
}
