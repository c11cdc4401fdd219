import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { comesAtOnce } from "./at-once";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const after = (ms: number, whole = true) =>
  new Promise<boolean>((resolve) => setTimeout(resolve, ms, whole));

async function answered(arrival: Promise<boolean>) {
  const began = Date.now();
  const answer = comesAtOnce(arrival).then((atOnce) => ({ atOnce, afterMs: Date.now() - began }));
  await vi.runAllTimersAsync();
  return answer;
}

describe("a jump", () => {
  it("goes straight to what is there within 80 ms", async () => {
    expect(await answered(Promise.resolve(true))).toEqual({ atOnce: true, afterMs: 0 });
    expect(await answered(after(79))).toEqual({ atOnce: true, afterMs: 79 });
  });

  it("waits no longer than that for the rest", async () => {
    expect(await answered(after(81))).toEqual({ atOnce: false, afterMs: 80 });
    expect(await answered(after(5_000))).toEqual({ atOnce: false, afterMs: 80 });
  });

  it("waits for nothing that does not come", async () => {
    expect(await answered(after(10, false))).toEqual({ atOnce: false, afterMs: 10 });
    const refused = Promise.reject<boolean>(new Error("refused"));
    expect(await answered(refused)).toEqual({ atOnce: false, afterMs: 0 });
  });
});
