import { capitalise, forLocale } from "./locale";

const DAY_MS = 86_400_000;

function format(options: Intl.DateTimeFormatOptions): (ms: number) => string {
  const formatter = forLocale((locale) => new Intl.DateTimeFormat(locale, options));
  return (ms) => formatter().format(ms);
}

/** As in `14:32`. */
export const timeOfDay = format({ hour: "numeric", minute: "2-digit" });

/** As in `14:32`, by the clock of a time zone; by the device's own where the zone is not known to it. */
export function timeOfDayIn(timeZone: string | null): (ms: number) => string {
  const zone = timeZone !== null && isZone(timeZone) ? timeZone : undefined;
  return format({ hour: "numeric", minute: "2-digit", timeZone: zone });
}

function isZone(timeZone: string): boolean {
  try {
    Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** As in `14:32:07`. */
export const timeWithSeconds = format({ hour: "numeric", minute: "2-digit", second: "2-digit" });

const shortWeekday = format({ weekday: "short" });

/** A day of the week, 0 for Monday, as in `Tue`. */
export function weekday(day: number): string {
  return shortWeekday(new Date(2024, 0, 1 + day).getTime());
}

const fullWeekday = format({ weekday: "long" });

/** A day of the week, 0 for Monday, as in `Tuesday`. */
export function longWeekday(day: number): string {
  return fullWeekday(new Date(2024, 0, 1 + day).getTime());
}

/** A minute of any day, as in `8:30`. */
export function clockTime(minute: number): string {
  return timeOfDay(new Date(2024, 0, 1, 0, minute).getTime());
}

const longDay = { weekday: "long", day: "numeric", month: "long" } as const;

/** As in `Tuesday, 12 May`; begins a line. */
export const dayAndMonth = capitalised(format(longDay));

/** As in `Tuesday, 12 May, 14:32:07`; begins a line. */
export const moment = capitalised(
  format({ ...longDay, hour: "numeric", minute: "2-digit", second: "2-digit" }),
);

/** As in `Tue 12 May`; begins a line that has little room. */
export const shortDay = capitalised(format({ weekday: "short", day: "numeric", month: "short" }));

/** As in `Tue, 12 May, 14:32`; in the middle of a line. */
export const dayAndTime = format({
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "numeric",
  minute: "2-digit",
});

/** As in `12 May 2025`. */
export const fullDate = format({ day: "numeric", month: "long", year: "numeric" });

/** Many languages write days small, yet not where a line begins with them. */
function capitalised(words: (ms: number) => string): (ms: number) => string {
  return (ms) => capitalise(words(ms));
}

/** The start of the local day that holds `ms`: the same for every moment of that day. */
export function startOfDay(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** Whole local days from `ms` to `nowMs`, whatever daylight saving did in between. */
export function daysAgo(ms: number, nowMs: number): number {
  return Math.round((startOfDay(nowMs) - startOfDay(ms)) / DAY_MS);
}
