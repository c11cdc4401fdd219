import { getLocale } from "../paraglide/runtime.js";

/** The person's own region for the language shown: 24 or 12 hours, day before month or after it. */
function formattingLocale(): string {
  const shown = getLocale();
  const itsOwn = (language: string) => language === shown || language.startsWith(`${shown}-`);
  return navigator.languages.find(itsOwn) ?? shown;
}

/** Keeps what `make` makes for the language shown, and makes it anew for another. */
export function forLocale<T>(make: (locale: string) => T): () => T {
  let made: { locale: string; value: T } | undefined;
  return () => {
    const locale = formattingLocale();
    if (made?.locale !== locale) made = { locale, value: make(locale) };
    return made.value;
  };
}

const collator = forLocale((locale) => new Intl.Collator(locale));

/** The order of names in a list. */
export function compareNames(a: string, b: string): number {
  return collator().compare(a, b);
}

const listFormat = forLocale(
  (locale) => new Intl.ListFormat(locale, { type: "unit", style: "short" }),
);

/** As in `Mon, Wed, Fri`. */
export function list(items: Iterable<string>): string {
  return listFormat().format(items);
}

/** As a word that a line begins with. */
export function capitalise(word: string): string {
  return word.charAt(0).toLocaleUpperCase(getLocale()) + word.slice(1);
}
