import {
  defineCustomClientStrategy,
  getLocale,
  getTextDirection,
  type Locale,
  toLocale,
} from "../paraglide/runtime.js";

export type Language = "system" | Locale;

const KEY = "language";

class LanguageChoice {
  current = $state<Language>("system");

  /** Speaks it, and at the next start from the first word on; what was chosen is kept elsewhere. */
  speak(language: Language): void {
    if (language === this.current) return;
    localStorage.setItem(KEY, language);
    applyLanguage();
  }
}

export const languageChoice = new LanguageChoice();

// Messages ask this first, and the system's languages where nothing is chosen: see `messages` in package.json. It reads
// state, so what is on screen follows a choice. Paraglide's own localStorage strategy would store the system's language as one.
defineCustomClientStrategy("custom-chosen", {
  getLocale: () => toLocale(languageChoice.current),
  setLocale: () => undefined,
});

/** Puts the language that the stored choice leads to on the page. */
export function applyLanguage(): void {
  languageChoice.current = toLocale(localStorage.getItem(KEY)) ?? "system";
  document.documentElement.lang = getLocale();
  document.documentElement.dir = getTextDirection();
}
