import { describe, expect, it } from "vitest";
import { door } from "../mock/building";
import type { AppError, DoorCard, UnlockState } from "../bindings";
import { offersRemote } from "./remote";

const offered = (more: Partial<DoorCard>) =>
  offersRemote(door("a", "A", { remote: true, ...more }));
const failed = (error: AppError): UnlockState => ({ kind: "failed", error });

describe("opening from afar", () => {
  it("is offered at a door that is away while the hub answers", () => {
    expect(offered({})).toBe(true);
    expect(offered({ remote: false })).toBe(false);
    expect(offered({ nearby: true, rssiDbm: -80 })).toBe(false);
  });

  it("is not offered without a key", () => {
    expect(offered({ credential: "none" })).toBe(false);
    expect(offered({ credential: "expired" })).toBe(true);
  });

  it("is not offered where the lockdown keeps residents out", () => {
    expect(offered({ lockdown: "visitors" })).toBe(true);
    expect(offered({ lockdown: "everyone" })).toBe(false);
  });

  it("is not offered while the door is being opened or open", () => {
    const busy = ["searching", "connecting", "unlocking"] as const;
    expect(busy.map((kind) => offered({ unlock: { kind } }))).toEqual([false, false, false]);
    const unlocked: UnlockState = { kind: "unlocked", unlockS: 5, untilMs: 0, seq: 1 };
    expect(offered({ unlock: unlocked })).toBe(false);
    expect(offered({ unlock: { kind: "relocked" } })).toBe(true);
  });

  it("is offered again after a failure that another try may mend", () => {
    const lost = failed({ code: "door_offline", retryable: true });
    const revoked = failed({ code: "denied", reason: "Revoked", retryable: false });
    expect(offered({ unlock: lost })).toBe(true);
    expect(offered({ unlock: revoked })).toBe(false);
  });
});
