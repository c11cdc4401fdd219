import { describe, expect, it } from "vitest";
import { door } from "../mock/building";
import type { DoorCard, UnlockState } from "../bindings";
import { chooseNearest, LEAD_DB, steadyOrder } from "./nearest";

const near = (id: string, rssiDbm: number, more: Partial<DoorCard> = {}) =>
  door(id, id, { nearby: true, rssiDbm, ...more });
const away = (id: string, more: Partial<DoorCard> = {}) => door(id, id, more);
const busy: UnlockState = { kind: "connecting" };
const chosen = (doors: DoorCard[], shown: string | null) =>
  chooseNearest(doors, shown && `door-${shown}`)?.id.replace("door-", "");

describe("the door of the large control", () => {
  it("is the first of the core's order", () => {
    expect(chosen([near("a", -50), near("b", -60)], null)).toBe("a");
  });

  it("is none where there are no doors", () => {
    expect(chooseNearest([], null)).toBeUndefined();
  });

  it("stays while another is only a little stronger", () => {
    expect(chosen([near("b", -60 + LEAD_DB - 1), near("a", -60)], "a")).toBe("a");
  });

  it("gives way to one that is clearly stronger", () => {
    expect(chosen([near("b", -60 + LEAD_DB), near("a", -60)], "a")).toBe("b");
  });

  it("gives way to one that is near when it no longer is", () => {
    expect(chosen([near("b", -80), away("a")], "a")).toBe("b");
  });

  it("stays while its unlock goes on, however near another is", () => {
    expect(chosen([near("b", -30), near("a", -90, { unlock: busy })], "a")).toBe("a");
    expect(chosen([near("b", -30), away("a", { unlock: busy })], "a")).toBe("a");
  });

  it("stays while somebody is about to press it, however near another is", () => {
    const doors = [near("b", -30), away("a")];
    expect(chooseNearest(doors, "door-a", true)?.name).toBe("a");
    expect(chooseNearest(doors, "door-a", false)?.name).toBe("b");
  });

  it("follows the core where nothing is near", () => {
    expect(chosen([away("b"), away("a")], "a")).toBe("b");
  });

  it("stays where signal strength is unknown, as over a network", () => {
    const wired = (id: string) => door(id, id, { nearby: true });
    expect(chosen([wired("b"), wired("a")], "a")).toBe("a");
  });

  it("is one that this device has a key for, if there is any", () => {
    expect(chosen([near("a", -40, { credential: "none" }), away("b")], null)).toBe("b");
    expect(chosen([near("a", -40, { credential: "none" })], null)).toBe("a");
  });
});

describe("the list of the other doors", () => {
  const ids = (doors: readonly DoorCard[]) => doors.map(({ name }) => name).join("");

  it("follows the core while nothing happens", () => {
    expect(ids(steadyOrder([away("b"), away("a")], ["door-a", "door-b"]))).toBe("ba");
  });

  it("holds still while one of its doors is busy", () => {
    const doors = [near("b", -40), away("a", { unlock: busy })];
    expect(ids(steadyOrder(doors, ["door-a", "door-b"]))).toBe("ab");
  });

  it("holds still while somebody is about to press something", () => {
    const doors = [near("b", -40), away("a")];
    expect(ids(steadyOrder(doors, ["door-a", "door-b"], true))).toBe("ab");
    expect(ids(steadyOrder(doors, ["door-a", "door-b"], false))).toBe("ba");
  });

  it("puts new doors last while it holds still", () => {
    const doors = [near("c", -40), away("a", { unlock: busy }), away("b")];
    expect(ids(steadyOrder(doors, ["door-b", "door-a"]))).toBe("bac");
  });
});
