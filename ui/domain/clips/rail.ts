import { startOfDay } from "$shared/dates";
import { compareNames } from "$shared/locale";
import type { ActivityItem } from "../bindings";

/** An entry on the day's rail. */
export interface Mark {
  item: ActivityItem;
  /** Its clip, if that can be watched. */
  clipId: string | null;
  /** How long after the one before, in ms; 0 for the first. */
  sinceMs: number;
}

/** The marks of one local day, earliest first; of one door or, with `null`, of all. The current one is always there. */
export function marksOf(
  items: readonly ActivityItem[],
  current: ActivityItem,
  doorId: string | null,
): Mark[] {
  const day = startOfDay(current.atMs);
  const others = items.filter(
    (item) => isEntry(item) && startOfDay(item.atMs) === day && item.id !== current.id,
  );
  const shown = others.filter((item) => doorId === null || item.doorId === doorId);
  const inOrder = [...shown, current].sort((a, b) => a.atMs - b.atMs || a.cursor - b.cursor);
  return inOrder.map((item, at) => ({
    item,
    clipId: watchable(item),
    sinceMs: item.atMs - (inOrder[at - 1]?.atMs ?? item.atMs),
  }));
}

export interface Door {
  id: string;
  name: string;
}

/** The doors at which somebody came that day, by name. */
export function doorsOf(items: readonly ActivityItem[], current: ActivityItem): Door[] {
  const marks = marksOf(items, current, null);
  const names = new Map(marks.map(({ item }) => [item.doorId, item.doorName]));
  return [...names]
    .map(([id, name]) => ({ id, name }))
    .sort((a, b) => compareNames(a.name, b.name));
}

/** The clip of the nearest mark before (-1) or after (1) the current one that can be watched. */
export function neighbour(
  marks: readonly Mark[],
  current: ActivityItem,
  direction: -1 | 1,
): string | null {
  const here = marks.findIndex(({ item }) => item.id === current.id);
  const beyond = direction < 0 ? marks.slice(0, here).reverse() : marks.slice(here + 1);
  return beyond.find(({ clipId }) => clipId !== null)?.clipId ?? null;
}

const CLOSE_PX = 4;
const FAR_PX = 56;
const FAR_MS = 4 * 3_600_000;

/** How long the line to a mark is: longer for a longer wait, yet so that a day is seen without much scrolling. */
export function gapPx(sinceMs: number): number {
  const share = Math.sqrt(Math.min(sinceMs, FAR_MS) / FAR_MS);
  return Math.round(CLOSE_PX + (FAR_PX - CLOSE_PX) * share);
}

function isEntry({ kind, clip }: ActivityItem): boolean {
  return kind.type === "entry" || clip !== null;
}

function watchable({ clip }: ActivityItem): string | null {
  return clip && clip.state !== "unavailable" ? clip.id : null;
}
