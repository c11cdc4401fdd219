import { afterEach, describe, expect, it, vi } from "vitest";
import { feel, wantsHaptics } from "./haptics";

function prefersReducedMotion(matches: boolean): void {
  vi.stubGlobal("matchMedia", (query: string) => ({
    matches: matches && query.includes("reduced-motion"),
  }));
}

afterEach(() => vi.unstubAllGlobals());

describe("haptics", () => {
  it("tell a press, success and failure apart", () => {
    prefersReducedMotion(false);
    const felt: number[][] = [];
    for (const feeling of ["press", "success", "failure"] as const) {
      feel(feeling, null, (pattern) => felt.push(pattern));
    }
    expect(new Set(felt.map(String)).size).toBe(3);
    expect(felt.flat().every((ms) => ms > 0)).toBe(true);
  });

  it("follow the system's wish for less motion unless the person has chosen", () => {
    prefersReducedMotion(true);
    expect(wantsHaptics(null)).toBe(false);
    expect(wantsHaptics(true)).toBe(true);
    prefersReducedMotion(false);
    expect(wantsHaptics(null)).toBe(true);
    expect(wantsHaptics(false)).toBe(false);
  });

  it("are silent where they are not wanted", () => {
    prefersReducedMotion(false);
    const vibrate = vi.fn();
    feel("success", false, vibrate);
    expect(vibrate).not.toHaveBeenCalled();
  });

  it("use the browser's vibration where it has one, and nothing where not", () => {
    prefersReducedMotion(false);
    const vibrate = vi.fn();
    vi.stubGlobal("navigator", { vibrate });
    feel("press", null);
    expect(vibrate).toHaveBeenCalledOnce();
    vi.stubGlobal("navigator", {});
    expect(() => feel("press", null)).not.toThrow();
  });
});
