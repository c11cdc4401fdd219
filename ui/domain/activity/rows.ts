import { m } from "$messages";
import { dayAndMonth, daysAgo, fullDate, startOfDay } from "$shared/dates";
import type { ActivityItem } from "../bindings";

export type Row =
  { type: "day"; key: string; label: string } | { type: "item"; key: string; item: ActivityItem };

/** Lays items, newest first, under a heading for each local day. */
export function toRows(items: readonly ActivityItem[], nowMs: number): Row[] {
  const rows: Row[] = [];
  let day: number | null = null;
  for (const item of items) {
    const itsDay = startOfDay(item.atMs);
    if (itsDay !== day) {
      day = itsDay;
      rows.push({ type: "day", key: `day-${itsDay}`, label: dayLabel(item.atMs, nowMs) });
    }
    rows.push({ type: "item", key: item.id, item });
  }
  return rows;
}

function dayLabel(ms: number, nowMs: number): string {
  const ago = daysAgo(ms, nowMs);
  if (ago === 0) return m.activity_today();
  if (ago === 1) return m.activity_yesterday();
  const sameYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear();
  return sameYear ? dayAndMonth(ms) : fullDate(ms);
}
