import { forLocale } from "$shared/locale";

const DAY_S = 86_400;
const HOUR_S = 3_600;

const unit = (name: string) =>
  forLocale(
    (locale) =>
      new Intl.NumberFormat(locale, {
        style: "unit",
        unit: name,
        unitDisplay: "long",
        maximumFractionDigits: 1,
      }),
  );

const days = unit("day");
const hours = unit("hour");

const size = (name: string) =>
  forLocale(
    (locale) =>
      new Intl.NumberFormat(locale, { style: "unit", unit: name, maximumFractionDigits: 1 }),
  );

const gigabytes = size("gigabyte");
const megabytes = size("megabyte");

/** As in `3 days`, or `36 hours` where it is no whole number of days. */
export function timeSpan(seconds: number): string {
  if (seconds >= DAY_S && seconds % DAY_S === 0) return days().format(seconds / DAY_S);
  return hours().format(seconds / HOUR_S);
}

/** As in `20 GB`. */
export function storage(bytes: number): string {
  const gib = bytes / 1024 ** 3;
  return gib >= 1 ? gigabytes().format(gib) : megabytes().format(bytes / 1024 ** 2);
}

/** A day as the core writes it, `2026-05-12`, at its local noon: the same day in whatever zone it is shown. */
export function dayMs(date: string): number {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  return new Date(year, month - 1, day, 12).getTime();
}
