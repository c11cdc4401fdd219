import { describe, expect, it } from "vitest";
import { enrolled } from "../mock/building";
import type { AppError, DenyReason, DoorHours, Snapshot } from "../bindings";
import { type Around, describeDoorFailure } from "./failure";

const denied = (reason: DenyReason): AppError => ({ code: "denied", reason, retryable: false });
const evenings: DoorHours = { class: "resident", days: 0b001_1111, fromMin: 1080, toMin: 1320 };
const next = (error: AppError, around: Partial<Around> = {}) =>
  describeDoorFailure(error, {
    remote: false,
    hours: [],
    snapshot: inBerlin("online"),
    nowMs: Date.parse("2026-05-15T09:00:00+02:00"),
    ...around,
  }).next;

function inBerlin(hub: Snapshot["hub"]): Snapshot {
  const home = enrolled.enrolled && { ...enrolled.enrolled, timeZone: "Europe/Berlin" };
  return { ...enrolled, enrolled: home, hub };
}

describe("a failure at a door", () => {
  it("outside its hours says until when", () => {
    const hours = [evenings];
    expect(next(denied("OutsideHours"), { hours })).toBe("Not now: it opens for you at 18:00.");
    const nowMs = Date.parse("2026-05-15T23:00:00+02:00");
    expect(next(denied("OutsideHours"), { hours, nowMs })).toBe(
      "Not now: it opens for you on Monday at 18:00.",
    );
  });

  it("outside hours that this device does not know sends to the building", () => {
    expect(next(denied("OutsideHours"))).toContain("Ask your building");
  });

  it("with a key that has run out says whether that is being mended", () => {
    expect(next(denied("CredentialExpired"))).toContain("being renewed now");
    const snapshot = inBerlin("offline");
    expect(next(denied("CredentialExpired"), { snapshot })).toContain("Connect");
  });

  it("is told as anywhere else where nothing more is known", () => {
    expect(next({ code: "connection_lost", retryable: true }, { remote: true })).toContain(
      "may have opened",
    );
    expect(next(denied("LockedDown"))).toContain("Ask them");
  });
});
