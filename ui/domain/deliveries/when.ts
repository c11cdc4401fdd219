import { daysAgo, shortDay, timeOfDay } from "$shared/dates";

/** As in `14:32`, or `Tue 12 May, 14:32` of another day. */
export function whenShort(ms: number, nowMs: number): string {
  const time = timeOfDay(ms);
  return daysAgo(ms, nowMs) === 0 ? time : `${shortDay(ms)}, ${time}`;
}
