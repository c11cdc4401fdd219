import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ASK_MS, Hold, HOLD_MS } from "./hold.svelte";

function control() {
  const act = vi.fn();
  const hold = new Hold(act);
  const acted = () => act.mock.calls.length;
  return { hold, acted };
}

const pass = (ms: number) => vi.advanceTimersByTime(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a control to be held", () => {
  it("acts once the hold is complete, and not again when it is let go", () => {
    const { hold, acted } = control();
    hold.press();
    pass(HOLD_MS - 1);
    expect([hold.phase, acted()]).toEqual(["holding", 0]);
    pass(1);
    expect([hold.phase, acted()]).toEqual(["resting", 1]);
    hold.release();
    hold.click(true);
    expect([hold.phase, acted()]).toEqual(["resting", 1]);
  });

  it("asks when it is let go late but too early", () => {
    const { hold, acted } = control();
    hold.press();
    pass(HOLD_MS - 100);
    hold.release();
    hold.click(true);
    pass(HOLD_MS);
    expect([hold.phase, acted()]).toEqual(["asking", 0]);
  });

  it("does nothing when the pointer goes elsewhere, even if it comes back", () => {
    const { hold, acted } = control();
    hold.press();
    pass(100);
    hold.giveUp();
    pass(HOLD_MS);
    hold.release();
    hold.click(true);
    expect([hold.phase, acted()]).toEqual(["resting", 0]);
  });

  it("asks after a short press, and acts on the answer", () => {
    const { hold, acted } = control();
    hold.press();
    pass(120);
    hold.release();
    hold.click(true);
    expect([hold.phase, acted()]).toEqual(["asking", 0]);
    pass(1000);
    hold.confirm();
    expect([hold.phase, acted()]).toEqual(["resting", 1]);
  });

  it("asks after a click without a pointer, also when a hold was given up before", () => {
    const { hold } = control();
    hold.press();
    hold.giveUp();
    hold.click(false);
    expect(hold.phase).toBe("asking");
  });

  it("takes no double click for an answer", () => {
    const { hold, acted } = control();
    hold.click(false);
    pass(150);
    hold.confirm();
    expect([hold.phase, acted()]).toEqual(["asking", 0]);
  });

  it("asks no longer than it should", () => {
    const { hold, acted } = control();
    hold.click(false);
    pass(ASK_MS - 1);
    expect(hold.phase).toBe("asking");
    pass(1);
    expect(hold.phase).toBe("resting");
    hold.confirm();
    expect(acted()).toBe(0);
  });

  it("forgets a hold that ends with its control", () => {
    const { hold, acted } = control();
    hold.press();
    hold.rest();
    pass(HOLD_MS);
    expect(acted()).toBe(0);
  });
});
