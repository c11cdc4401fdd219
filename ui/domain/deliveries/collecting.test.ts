import { describe, expect, it, vi } from "vitest";
import { fakeBackend } from "../../testing/backend";
import { Collecting } from "./collecting.svelte";

function collecting(more: object = {}) {
  const setCollected = vi.fn().mockResolvedValue(null);
  const collectAll = vi.fn().mockResolvedValue(["entry-3", "entry-1"]);
  const backend = fakeBackend({ setCollected, collectAll, ...more });
  return { collecting: new Collecting(backend), setCollected, collectAll };
}

describe("collecting", () => {
  it("marks a delivery, and takes it back", async () => {
    const { collecting: it, setCollected } = collecting();
    expect(await it.collect("entry-3", "Swiftpost")).toBe(true);
    expect(it.last).toEqual({ items: ["entry-3"], who: "Swiftpost" });
    expect(await it.undo()).toBe(true);
    expect(setCollected.mock.calls).toEqual([
      [["entry-3"], true],
      [["entry-3"], false],
    ]);
    expect(it.last).toBeNull();
  });

  it("takes back just those that were marked together", async () => {
    const { collecting: it, setCollected } = collecting();
    await it.collectAll();
    await it.undo();
    expect(setCollected).toHaveBeenCalledExactlyOnceWith(["entry-3", "entry-1"], false);
  });

  it("says when it could not be kept, and takes nothing back then", async () => {
    const failing = vi.fn().mockRejectedValue({ code: "internal", retryable: false });
    const { collecting: it } = collecting({ setCollected: failing });
    expect(await it.collect("entry-3", "Swiftpost")).toBe(false);
    expect(it.failed?.code).toBe("internal");
    expect(it.last).toBeNull();
    expect(await it.undo()).toBe(false);
  });

  it("ignores a second press while the first is under way", async () => {
    const { collecting: it, setCollected } = collecting();
    const first = it.collect("entry-3", "Swiftpost");
    expect(await it.collect("entry-2", "Pigeon Express")).toBe(false);
    await first;
    expect(setCollected).toHaveBeenCalledTimes(1);
  });
});
