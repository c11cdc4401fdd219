import type { ActivityItem } from "../bindings";

/** Puts an item at its place in a list that is newest first, instead of the one with the same id if there is one. */
export function placed(items: readonly ActivityItem[], item: ActivityItem): ActivityItem[] {
  const others = items.filter(({ id }) => id !== item.id);
  const at = others.findIndex(({ cursor }) => cursor < item.cursor);
  return others.toSpliced(at < 0 ? others.length : at, 0, item);
}

/** Adds an older page, without what is already there. */
export function extended(
  items: readonly ActivityItem[],
  older: readonly ActivityItem[],
): ActivityItem[] {
  const known = new Set(items.map(({ id }) => id));
  return [...items, ...older.filter(({ id }) => !known.has(id))];
}
