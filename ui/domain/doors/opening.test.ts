import { describe, expect, it } from "vitest";
import type { DoorHours } from "../bindings";
import { nextOpening } from "./opening";

const WORKDAYS = 0b001_1111;

const hours = (days: number, fromMin: number, of: DoorHours["class"] = "resident"): DoorHours => ({
  class: of,
  days,
  fromMin,
  toMin: 22 * 60,
});

/** A moment in Berlin, two hours ahead of UTC. */
const tuesday = (time: string) => Date.parse(`2026-05-12T${time}:00+02:00`);
const next = (all: DoorHours[], nowMs: number, zone: string | null = "Europe/Berlin") =>
  nextOpening(all, nowMs, zone);

describe("the next opening for residents", () => {
  it("is today while the hours are still to begin", () => {
    const opening = next([hours(WORKDAYS, 18 * 60)], tuesday("09:00"));
    expect(opening).toEqual({ day: 1, minute: 18 * 60, today: true });
  });

  it("is another day once they are over", () => {
    const opening = next([hours(WORKDAYS, 8 * 60)], tuesday("23:00"));
    expect(opening).toEqual({ day: 2, minute: 8 * 60, today: false });
  });

  it("is next week where only this day has hours", () => {
    const opening = next([hours(0b10, 8 * 60)], tuesday("09:00"));
    expect(opening).toEqual({ day: 1, minute: 8 * 60, today: false });
  });

  it("is the first of several", () => {
    const opening = next([hours(WORKDAYS, 20 * 60), hours(WORKDAYS, 12 * 60)], tuesday("09:00"));
    expect(opening?.minute).toBe(12 * 60);
  });

  it("is by the building's clock, not by the device's", () => {
    const inTokyo = next([hours(0b111_1111, 8 * 60)], tuesday("00:30"), "Asia/Tokyo");
    expect(inTokyo).toEqual({ day: 1, minute: 8 * 60, today: true });
    const inBerlin = next([hours(0b111_1111, 60)], tuesday("00:30"));
    expect(inBerlin).toEqual({ day: 1, minute: 60, today: true });
  });

  it("is by the device's clock where the building's zone has a name that it does not know", () => {
    const here = new Date(2026, 4, 12, 9).getTime();
    const opening = next([hours(WORKDAYS, 18 * 60)], here, "Europe/Linden");
    expect(opening).toEqual({ day: 1, minute: 18 * 60, today: true });
  });

  it("is none where only others have hours", () => {
    expect(next([hours(WORKDAYS, 8 * 60, "courier")], tuesday("09:00"))).toBeNull();
    expect(next([], tuesday("09:00"))).toBeNull();
  });
});
