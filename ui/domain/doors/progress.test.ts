import { describe, expect, it } from "vitest";
import { door } from "../mock/building";
import type { AppError, UnlockState } from "../bindings";
import {
  announcement,
  controlLabel,
  presence,
  pressAction,
  stateHint,
  stepsBegun,
} from "./progress";

const unlocked: UnlockState = { kind: "unlocked", unlockS: 5, untilMs: 5000, seq: 1 };
const failed = (error: AppError): UnlockState => ({ kind: "failed", error });
const lost = failed({ code: "connection_lost", retryable: true });
const revoked = failed({ code: "denied", reason: "Revoked", retryable: false });

describe("the unlock control", () => {
  it("unlocks when it rests, when it has locked again and when a try may help", () => {
    const resting: UnlockState[] = [{ kind: "idle" }, { kind: "relocked" }, lost];
    expect(resting.map(pressAction)).toEqual(["unlock", "unlock", "unlock"]);
  });

  it("ignores presses while it works and while the door is open", () => {
    const working: UnlockState[] = [
      { kind: "searching" },
      { kind: "connecting" },
      { kind: "unlocking" },
      unlocked,
    ];
    expect(working.map(pressAction)).toEqual(Array(4).fill("nothing"));
  });

  it("only acknowledges a refusal that another try cannot change", () => {
    expect(pressAction(revoked)).toBe("dismiss");
    expect(controlLabel(revoked)).toBe("OK");
    expect(controlLabel(lost)).toBe("Try again");
  });

  it("goes through three steps", () => {
    const kinds = ["idle", "searching", "connecting", "unlocking", "relocked"] as const;
    expect(kinds.map(stepsBegun)).toEqual([0, 1, 2, 3, 0]);
  });
});

describe("what is said about a door", () => {
  it("announces every change but rest", () => {
    expect(announcement("Garage", { kind: "idle" })).toBeNull();
    expect(announcement("Garage", unlocked)).toBe("Garage is unlocked for 5 seconds.");
    expect(announcement("Garage", lost)).toBe(
      "Garage. The connection broke off. Stay close to the door and try again.",
    );
  });

  it("tells near from right here by signal strength", () => {
    const at = (rssiDbm: number | null) => presence(door("a", "A", { nearby: true, rssiDbm }));
    expect([at(-50), at(-80), at(null)]).toEqual(["Right here", "Nearby", "Right here"]);
    expect(presence(door("a", "A"))).toBe("Not in range");
  });

  it("says first what is wrong with the key", () => {
    expect(presence(door("a", "A", { nearby: true, credential: "expired" }))).toBe(
      "Key has run out",
    );
    expect(presence(door("a", "A", { credential: "none" }))).toBe("No key for this door");
  });

  it("leaves the hint to the failure when there is one", () => {
    expect(stateHint(door("a", "A", { unlock: lost }))).toBe("");
    expect(stateHint(door("a", "A"))).toBe("Walk up to the door first");
  });
});
