import { describe, expect, it } from "vitest";
import { item } from "../mock/building";
import type { ActivityItem, ClipState } from "../bindings";
import { doorsOf, gapPx, marksOf, neighbour } from "./rail";

const NOON = new Date(2026, 4, 12, 12).getTime();
const HOUR_MS = 3_600_000;

const entry = (cursor: number, hours: number, door: string, state: ClipState | null) =>
  item(
    cursor,
    NOON + hours * HOUR_MS,
    door,
    {
      type: "entry",
      class: "staff",
      carrier: null,
      driver: null,
      guest: null,
      pass: null,
      byKeypad: false,
    },
    state && { id: `clip-${cursor}`, state, shortfall: null, held: false },
  );

const own = item(6, NOON, "main", { type: "own_unlock", remote: false }, null);
const late = entry(5, 4, "main", "recording");
const unfilmed = entry(4, 2, "main", null);
const current = entry(3, 1, "parcels", "ready");
const early = entry(2, -3, "main", "ready");
const yesterday = entry(1, -13, "main", "ready");
const items: ActivityItem[] = [own, late, unfilmed, current, early, yesterday];

describe("the day's rail", () => {
  it("has the entries of the day, earliest first, and nothing of residents", () => {
    const marks = marksOf(items, current, null);
    expect(marks.map(({ item, clipId }) => [item.cursor, clipId])).toEqual([
      [2, "clip-2"],
      [3, "clip-3"],
      [4, null],
      [5, "clip-5"],
    ]);
    expect(marks.map(({ sinceMs }) => sinceMs / HOUR_MS)).toEqual([0, 4, 1, 2]);
  });

  it("can be narrowed to a door, and keeps what is shown", () => {
    const cursors = marksOf(items, current, "door-main").map(({ item }) => item.cursor);
    expect(cursors).toEqual([2, 3, 4, 5]);
    expect(marksOf(items, late, "door-parcels").map(({ item }) => item.cursor)).toEqual([3, 5]);
  });

  it("names the doors of the day", () => {
    expect(doorsOf(items, current).map(({ name }) => name)).toEqual([
      "Main entrance",
      "Package room",
    ]);
  });

  it("goes to the next that can be watched, either way, and no further than the day", () => {
    const marks = marksOf(items, current, null);
    expect(neighbour(marks, current, 1)).toBe("clip-5");
    expect(neighbour(marks, current, -1)).toBe("clip-2");
    expect(neighbour(marks, early, -1)).toBeNull();
    expect(neighbour(marks, late, 1)).toBeNull();
  });

  it("knows an entry that the list has not loaded", () => {
    expect(marksOf([], current, null).map(({ item }) => item)).toEqual([current]);
  });

  it("shows a longer wait as a longer line, within bounds", () => {
    const gaps = [0, 60_000, HOUR_MS, 4 * HOUR_MS, 20 * HOUR_MS].map(gapPx);
    expect(gaps).toEqual([4, 7, 30, 56, 56]);
  });
});
