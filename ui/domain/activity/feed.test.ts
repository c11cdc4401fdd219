import { describe, expect, it, type Mock, vi } from "vitest";
import { fakeBackend } from "../../testing/backend";
import { item } from "../mock/building";
import type { ActivityFilter, ActivityItem, ActivityPage } from "../bindings";
import { Feed } from "./feed.svelte";

const at = (cursor: number): ActivityItem =>
  item(cursor, cursor, "main", { type: "own_unlock", remote: false }, null);
const page = (cursors: number[], next: number | null): ActivityPage => ({
  items: cursors.map(at),
  next,
});

const guests: ActivityFilter = { doorId: null, who: "guest", text: "" };

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

/** The answer to the next question that is asked, to be given later. */
function answering(activity: Mock): (page: ActivityPage) => void {
  let answer: (page: ActivityPage) => void = () => undefined;
  activity.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  return (page) => answer(page);
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

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

  it("goes on past pages that have nothing of what is looked for", async () => {
    const { feed, activity, order } = await started(page([9], null), page([], 5), page([3], null));
    await feed.look(guests);
    expect(order()).toEqual([3]);
    expect(activity.mock.calls.map(([before]: unknown[]) => before)).toEqual([null, null, 5]);
    expect(activity.mock.calls.at(-1)?.[2]).toEqual(guests);
  });

  it("knows an answer that comes after the next question", async () => {
    const { feed, activity, order } = await started(page([9], null));
    const answer = answering(activity);
    activity.mockResolvedValueOnce(page([2], null));
    const late = feed.look(guests);
    await feed.look({ ...guests, text: "jo" });
    answer(page([7], null));
    await late;
    expect(order()).toEqual([2]);
  });

  it("asks the core whether what happens fits, and takes away what fits no more", async () => {
    const { feed, backend, activity, order } = await started(page([9], null), page([8, 4], null));
    await feed.look(guests);
    activity.mockResolvedValueOnce(page([10], null)).mockResolvedValueOnce(page([8], null));
    backend.emit("activity-added", at(10));
    await vi.waitFor(() => expect(order()).toEqual([10, 8, 4]));
    backend.emit("activity-added", at(11));
    activity.mockResolvedValueOnce(page([4], null));
    backend.emit("activity-changed", at(8));
    await vi.waitFor(() => expect(order()).toEqual([10, 4]));
    expect(activity.mock.calls.slice(2)).toEqual([
      [11, 1, guests],
      [12, 1, guests],
      [9, 1, guests],
    ]);
  });

  it("leaves what changes beyond its end to the page that brings it", async () => {
    const { feed, backend, activity, order } = await started(page([9, 8], 8));
    backend.emit("activity-changed", at(3));
    expect(order()).toEqual([9, 8]);
    const answer = answering(activity);
    const older = feed.loadOlder();
    backend.emit("activity-changed", { ...at(7), unfilmed: true });
    answer(page([7, 6], 6));
    await older;
    expect(order()).toEqual([9, 8, 7, 6]);
    expect(feed.items[2]?.unfilmed).toBe(true);
  });

  it("keeps what happens while a list loads", async () => {
    const { feed, backend, activity, order } = await started(page([9], null));
    const load = answering(activity);
    const loading = feed.load();
    backend.emit("activity-added", at(10));
    load(page([9], null));
    await loading;
    expect(order()).toEqual([10, 9]);
  });

  it("keeps what happens while a list with a filter loads, if it fits", async () => {
    const { feed, backend, activity, order } = await started(page([9], null));
    const load = answering(activity);
    const loading = feed.look(guests);
    activity.mockImplementation((before: number) => Promise.resolve(page([before - 1], null)));
    backend.emit("activity-added", at(10));
    load(page([8], null));
    await loading;
    await vi.waitFor(() => expect(order()).toEqual([10, 8]));
  });

  it("lets the newer of two changes to an entry stand, whichever is answered first", async () => {
    const { feed, backend, activity } = await started(page([9], null), page([9], null));
    await feed.look(guests);
    const [first, second] = [answering(activity), answering(activity)];
    backend.emit("activity-changed", at(9));
    backend.emit("activity-changed", { ...at(9), unfilmed: true });
    second(page([9], null));
    await vi.waitFor(() => expect(feed.items[0]?.unfilmed).toBe(true));
    first(page([9], null));
    await settled();
    expect(feed.items[0]?.unfilmed).toBe(true);
  });

  it("leaves the list as it is where the core cannot say whether something fits", async () => {
    const { feed, backend, activity, order } = await started(page([9], null), page([9], null));
    await feed.look(guests);
    activity.mockRejectedValueOnce(new Error("no core"));
    backend.emit("activity-added", at(10));
    await settled();
    expect(order()).toEqual([9]);
  });

  it("waits before it shows that it loads", async () => {
    vi.useFakeTimers();
    try {
      const { feed, activity } = await started(page([9], null));
      activity.mockReturnValueOnce(new Promise(() => undefined));
      void feed.look(guests);
      await vi.advanceTimersByTimeAsync(300);
      expect(feed.state).toBe("ready");
      await vi.advanceTimersByTimeAsync(200);
      expect(feed.state).toBe("loading");
    } finally {
      vi.useRealTimers();
    }
  });

  it("shows what is there, though what was asked for before it is not answered", async () => {
    vi.useFakeTimers();
    try {
      const { feed, activity } = await started(page([9], null));
      answering(activity);
      activity.mockResolvedValueOnce(page([2], null));
      void feed.look(guests);
      await feed.look({ ...guests, text: "jo" });
      await vi.advanceTimersByTimeAsync(500);
      expect(feed.state).toBe("ready");
    } finally {
      vi.useRealTimers();
    }
  });
});
