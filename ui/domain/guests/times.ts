import { dayAndTime, daysAgo, startOfDay, timeOfDay } from "$shared/dates";
import { m } from "$messages";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const LONGEST_MS = 31 * DAY_MS;

/** The last minute of the day; in a day's last hour, that of the next one. */
export function tonight(nowMs: number): number {
  const next = new Date(startOfDay(nowMs + HOUR_MS));
  next.setDate(next.getDate() + 1);
  return next.getTime() - MINUTE_MS;
}

/** The next full hour. */
export function soon(nowMs: number): number {
  return new Date(nowMs).setMinutes(60, 0, 0);
}

/** As a field for a local day and time has it. */
export function toField(ms: number): string {
  const at = new Date(ms);
  const two = (part: number) => `${part}`.padStart(2, "0");
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The local day and time of a field; null where it holds none. */
export function fromField(text: string): number | null {
  const ms = new Date(text).getTime();
  return text === "" || Number.isNaN(ms) ? null : ms;
}

/** As in `today, 18:00`; in the middle of a line. */
export function momentInWords(ms: number, nowMs: number): string {
  const time = timeOfDay(ms);
  switch (daysAgo(ms, nowMs)) {
    case 0:
      return m.guests_today({ time });
    case -1:
      return m.guests_tomorrow({ time });
    default:
      return dayAndTime(ms);
  }
}
