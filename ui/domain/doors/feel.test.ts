import { describe, expect, it } from "vitest";
import { feeling } from "./feel.svelte";

describe("a hand on a door", () => {
  it.each([
    ["idle", "searching", "press"],
    ["idle", "confirming", "press"],
    ["relocked", "connecting", "press"],
    ["failed", "searching", "press"],
    ["confirming", "searching", null],
    ["searching", "connecting", null],
    ["connecting", "unlocking", null],
    ["unlocking", "unlocked", "success"],
    ["unlocking", "failed", "failure"],
    ["idle", "failed", "failure"],
    ["unlocked", "relocked", null],
    ["relocked", "idle", null],
    ["unlocked", "unlocked", null],
  ] as const)("feels from %s to %s: %s", (before, now, expected) => {
    expect(feeling(before, now)).toBe(expected);
  });
});
