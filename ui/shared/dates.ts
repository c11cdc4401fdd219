import { getLocale } from "../paraglide/runtime.js";

const DAY_MS = 86_400_000;

function format(options: Intl.DateTimeFormatOptions): (ms: number) => string {
  let formatter: Intl.DateTimeFormat | undefined;
  return (ms) => {
    formatter ??= new Intl.DateTimeFormat(formattingLocale(), options);
    return formatter.format(ms);
  };
}

/** The person's own region for the language shown: 24 or 12 hours, day before month or after it. */
function formattingLocale(): string {
  const shown = getLocale();
  return navigator.languages.find((language) => language.startsWith(shown)) ?? shown;
}

/** As in `14:32`. */
export const timeOfDay = format({ hour: "numeric", minute: "2-digit" });

/** As in `14:32:07`. */
export const timeWithSeconds = format({ hour: "numeric", minute: "2-digit", second: "2-digit" });

const shortWeekday = format({ weekday: "short" });

/** A day of the week, 0 for Monday, as in `Tue`. */
export function weekday(day: number): string {
  return shortWeekday(new Date(2024, 0, 1 + day).getTime());
}

/** A minute of any day, as in `8:30`. */
export function clockTime(minute: number): string {
  return timeOfDay(new Date(2024, 0, 1, 0, minute).getTime());
}

/** As in `Tuesday, 12 May`. */
export const dayAndMonth = format({ weekday: "long", day: "numeric", month: "long" });

/** As in `12 May 2025`. */
export const fullDate = format({ day: "numeric", month: "long", year: "numeric" });

/** The start of the local day that holds `ms`: the same for every moment of that day. */
export function startOfDay(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** Whole local days from `ms` to `nowMs`, whatever daylight saving did in between. */
export function daysAgo(ms: number, nowMs: number): number {
  return Math.round((startOfDay(nowMs) - startOfDay(ms)) / DAY_MS);
}
