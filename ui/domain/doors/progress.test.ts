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
const held = (unlock: UnlockState) => ({ unlock, credential: "valid" as const });
const action = (unlock: UnlockState) => pressAction(held(unlock));
const revoked = failed({ code: "denied", reason: "Revoked", retryable: false });

describe("the unlock control", () => {
  it("unlocks when it rests, when it has locked again and when a try may help", () => {
    const resting: UnlockState[] = [{ kind: "idle" }, { kind: "relocked" }, lost];
    expect(resting.map(action)).toEqual(["unlock", "unlock", "unlock"]);
  });

  it("ignores presses while it works and while the door is open", () => {
    const working: UnlockState[] = [
      { kind: "searching" },
      { kind: "connecting" },
      { kind: "unlocking" },
      unlocked,
    ];
    expect(working.map(action)).toEqual(Array(4).fill("nothing"));
  });

  it("only acknowledges a refusal that another try cannot change", () => {
    expect(action(revoked)).toBe("dismiss");
    expect(controlLabel(held(revoked), false)).toBe("OK");
    expect(controlLabel(held(lost), false)).toBe("Try again");
  });

  it("does not offer to try again here what failed from afar", () => {
    expect(controlLabel(held(lost), true)).toBe("Unlock");
    expect(controlLabel(held(revoked), true)).toBe("OK");
  });

  it("asks for nothing without a key", () => {
    const keyless = { unlock: { kind: "idle" }, credential: "none" } as const;
    expect(pressAction(keyless)).toBe("nothing");
    expect(controlLabel(keyless, false)).toBe("No key");
    expect(pressAction({ ...keyless, unlock: revoked })).toBe("dismiss");
  });

  it("goes through three steps", () => {
    const kinds = ["idle", "searching", "connecting", "unlocking", "relocked"] as const;
    expect(kinds.map(stepsBegun)).toEqual([0, 1, 2, 3, 0]);
  });
});

describe("what is said about a door", () => {
  it("announces every change but rest", () => {
    expect(announcement("Garage", { kind: "idle" }, false)).toBeNull();
    expect(announcement("Garage", unlocked, false)).toBe("Garage is unlocked for 5 seconds.");
    expect(announcement("Garage", lost, false)).toBe(
      "Garage. The connection broke off. Stay close to the door and try again.",
    );
  });

  it("says of a door that was asked from afar that it was", () => {
    const said = (unlock: UnlockState) => announcement("Garage", unlock, true);
    expect(said({ kind: "connecting" })).toBe("Reaching Garage through the building’s server.");
    expect(said(unlocked)).toBe("Garage is unlocked for 5 seconds, opened from here.");
    expect(said(lost)).toMatch(/may have opened all the same/);
    const hint = (unlock: UnlockState) => stateHint(door("a", "A", { unlock }), true);
    expect(hint({ kind: "connecting" })).toBe("Through the building’s server");
    expect(hint(unlocked)).toBe("Opened from here");
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

  it("says how a key that has run out comes back", () => {
    const expired = door("a", "A", { nearby: true, credential: "expired" });
    expect(stateHint(expired, false)).toBe("It renews by itself when you are online");
  });

  it("leaves the hint to the failure when there is one", () => {
    expect(stateHint(door("a", "A", { unlock: lost }), false)).toBe("");
    expect(stateHint(door("a", "A"), false)).toBe("Walk up to the door first");
  });
});
