import { describe, expect, it, vi } from "vitest";
import { fakeBackend } from "../../testing/backend";
import { item } from "../mock/building";
import type { ActivityItem, ActivityPage } from "../bindings";
import { Feed } from "./feed.svelte";

const at = (cursor: number): ActivityItem =>
  item(cursor, cursor, "main", { type: "own_unlock", remote: false }, null);
const page = (cursors: number[], next: number | null): ActivityPage => ({
  items: cursors.map(at),
  next,
});

async function started(...pages: (ActivityPage | Error)[]) {
  const activity = vi.fn();
  for (const each of pages) {
    if (each instanceof Error) activity.mockRejectedValueOnce(each);
    else activity.mockResolvedValueOnce(each);
  }
  const backend = fakeBackend({ activity });
  const feed = new Feed(backend);
  await feed.start();
  return { feed, backend, activity, order: () => feed.items.map(({ cursor }) => cursor) };
}

describe("the feed", () => {
  it("loads page after page, to the end", async () => {
    const { feed, activity, order } = await started(page([9, 8], 8), page([7], null));
    await feed.loadOlder();
    await feed.loadOlder();
    expect(order()).toEqual([9, 8, 7]);
    expect(activity.mock.calls.map(([before]: unknown[]) => before)).toEqual([null, 8]);
    expect(feed.older).toBe("end");
  });

  it("shows what happens while it is open", async () => {
    const { backend, order } = await started(page([9], null));
    backend.emit("activity-added", at(10));
    expect(order()).toEqual([10, 9]);
  });

  it("says that it could not load, and can try again", async () => {
    const { feed } = await started(new Error("no core"), page([9], null));
    expect(feed.state).toBe("failed");
    await feed.load();
    expect(feed.state).toBe("ready");
  });

  it("keeps what it has when older items do not come", async () => {
    const { feed, order } = await started(page([9], 9), new Error("no core"), page([8], null));
    await feed.loadOlder();
    expect([feed.state, feed.older]).toEqual(["ready", "failed"]);
    await feed.loadOlder();
    expect(order()).toEqual([9, 8]);
  });
});
