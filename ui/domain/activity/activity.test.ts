import { describe, expect, it } from "vitest";
import { item } from "../mock/building";
import type { ActivityItem, ActivityKind, DoorAlert } from "../bindings";
import { detail, filmNote, look, who } from "./describe";
import { extended, placed } from "./merge";
import { toRows } from "./rows";

const own: ActivityKind = { type: "own_unlock", remote: false };
const at = (cursor: number, atMs = 0, kind: ActivityKind = own) =>
  item(cursor, atMs, "main", kind, null);
const order = (items: readonly ActivityItem[]) => items.map(({ cursor }) => cursor);

describe("the activity list", () => {
  it("puts a new item where its cursor belongs", () => {
    const items = [at(9), at(5), at(1)];
    expect(order(placed(items, at(10)))).toEqual([10, 9, 5, 1]);
    expect(order(placed(items, at(6)))).toEqual([9, 6, 5, 1]);
    expect(order(placed(items, at(0)))).toEqual([9, 5, 1, 0]);
  });

  it("replaces an item that changed, wherever its cursor moved", () => {
    const changed = {
      ...at(5),
      clip: { id: "c", state: "ready" as const, shortfall: null, held: false },
    };
    const items = placed([at(9), at(5), at(1)], changed);
    expect(order(items)).toEqual([9, 5, 1]);
    expect(items[1]?.clip?.state).toBe("ready");
  });

  it("adds an older page once, even if it overlaps", () => {
    expect(order(extended([at(9), at(5)], [at(5), at(1)]))).toEqual([9, 5, 1]);
  });

  it("has one heading for each day", () => {
    const now = new Date(2026, 4, 12, 18).getTime();
    const day = (days: number) => new Date(2026, 4, 12 - days, 12).getTime();
    const old = new Date(2024, 0, 2, 12).getTime();
    const rows = toRows(
      [at(5, day(0)), at(4, day(0)), at(3, day(1)), at(2, day(4)), at(1, old)],
      now,
    );
    const labels = rows.map((row) => (row.type === "day" ? row.label : row.item.cursor));
    expect(labels).toEqual(["Today", 5, 4, "Yesterday", 3, "Friday 8 May", 2, "2 January 2024", 1]);
  });

  it("calls the day before yesterday, also when the clocks changed in between", () => {
    const now = new Date(2026, 2, 29, 12).getTime();
    const before = new Date(2026, 2, 28, 23, 59).getTime();
    expect(toRows([at(1, before)], now)[0]).toMatchObject({ label: "Yesterday" });
  });
});

describe("who came", () => {
  const entry = (more: object): ActivityItem =>
    at(1, 0, {
      type: "entry",
      class: "courier",
      carrier: null,
      driver: null,
      guest: null,
      pass: null,
      byKeypad: false,
      ...more,
    });
  const denied = (more: object): ActivityItem =>
    at(1, 0, {
      type: "denied",
      class: null,
      carrier: null,
      guest: null,
      pass: null,
      reason: "Revoked",
      byKeypad: false,
      ...more,
    });
  const alert = (alert: DoorAlert): ActivityItem => at(1, 0, { type: "alert", alert });
  const line = (it: ActivityItem) => [who(it), detail(it), look(it)].join(" | ");

  it.each([
    [{ clip: { id: "c", state: "ready", shortfall: null, held: false } }, null],
    [
      { clip: { id: "c", state: "ready", shortfall: "camera_starting", held: false } },
      "Video starts late",
    ],
    [
      { clip: { id: "c", state: "ready", shortfall: "camera_stopped", held: false } },
      "Video ends early",
    ],
    [
      { clip: { id: "c", state: "ready", shortfall: "storage_full", held: false } },
      "Video ends early",
    ],
    [
      { clip: { id: "c", state: "ready", shortfall: "interrupted", held: false } },
      "Video ends early",
    ],
    [
      { clip: { id: "c", state: "unavailable", shortfall: "hub_out_of_room", held: false } },
      "The building’s hub ran out of room",
    ],
    [{ unfilmed: true }, "Not filmed"],
  ] as const)("says what of the film is lacking (%#)", (film, note) => {
    expect(filmNote({ ...at(1), ...film })).toBe(note);
  });

  it.each([
    [entry({ carrier: "Swiftpost", driver: "7" }), "Swiftpost | Driver 7 | courier"],
    [entry({ carrier: "Swiftpost" }), "Swiftpost | Courier | courier"],
    [entry({ class: "guest", guest: "Jo" }), "Jo | Guest | guest"],
    [entry({ class: "staff" }), "Building staff | Came in | staff"],
    [entry({ class: "guest", guest: "Jo", byKeypad: true }), "Jo | Guest, with a code | guest"],
    [denied({}), "Somebody | Key was withdrawn | denied"],
    [denied({ class: "guest" }), "Guest | Key was withdrawn | denied"],
    [denied({ reason: "WrongCode", byKeypad: true }), "Somebody | Wrong code | denied"],
    [
      denied({ class: "guest", guest: "Jo", reason: "LockedDown", byKeypad: true }),
      "Jo | Door in lockdown, with a code | denied",
    ],
    [denied({ carrier: "Swiftpost", class: "courier" }), "Swiftpost | Key was withdrawn | denied"],
    [at(1), "You | Only on this device | own"],
    [at(1, 0, { type: "own_unlock", remote: true }), "You | Opened remotely | own"],
    [alert({ type: "forced" }), "Forced open | It opened although nobody was let in | forced"],
    [alert({ type: "held_open", afterS: 30 }), "Open for 30 s | Shut it if you are near | open"],
    [alert({ type: "closed" }), "Shut again | The door is closed | shut"],
    [
      alert({ type: "lockdown", lockdown: "visitors" }),
      "Lockdown | Closed to visitors until it is lifted | lockdown",
    ],
    [
      alert({ type: "lockdown", lockdown: "everyone" }),
      "Lockdown | Closed to you and to visitors until it is lifted | lockdown",
    ],
    [alert({ type: "lockdown", lockdown: "off" }), "Lockdown lifted | It opens as usual | lifted"],
    [
      alert({ type: "not_moved" }),
      "Did not unlock | A visitor was let in, but the lock did not move | fault",
    ],
    [
      alert({ type: "camera_impaired" }),
      "Camera shows nothing | Visitors may come in without being seen until the building mends it | camera",
    ],
    [alert({ type: "camera_well" }), "Camera sees again | Visitors are on film as usual | camera"],
    [alert({ type: "clock_known" }), "Knows the time again | Visitors get in again | clock"],
  ])("is told in words (%#)", (it, words) => {
    expect(line(it)).toBe(words);
  });
});
