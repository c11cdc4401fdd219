import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { fakeBackend } from "../../testing/backend";
import type { Backend } from "../backend";
import type { AppError, LiveTimeline } from "../bindings";
import { LiveWatching } from "./watching.svelte";

const timeline: LiveTimeline = {
  liveId: "watch",
  doorId: "door",
  doorName: "Lobby",
  codec: "avc1.42C01F",
  width: 1280,
  height: 720,
  lens: null,
};

const lost: AppError = { code: "connection_lost", retryable: true };
const refused: AppError = { code: "live_not_allowed", retryable: false };

const liveOpen = vi.fn<Backend["liveOpen"]>();
const liveClose = vi.fn<Backend["liveClose"]>();

function watching(): LiveWatching {
  return new LiveWatching(fakeBackend({ liveOpen, liveClose }), "door");
}

beforeEach(() => {
  vi.useFakeTimers();
  liveOpen.mockReset().mockResolvedValue(timeline);
  liveClose.mockReset().mockResolvedValue(null);
});

afterEach(() => {
  vi.useRealTimers();
});

it("opens, and is live once a picture shows", async () => {
  const live = watching();
  expect(live.state).toEqual({ kind: "connecting" });
  await live.start();
  expect(live.state).toEqual({ kind: "opened", timeline, live: false, way: null });
  live.shown();
  expect(live.state).toEqual({ kind: "opened", timeline, live: true, way: null });
});

it("knows how the picture comes, also when that changes", async () => {
  const live = watching();
  live.comesBy("hub");
  expect(live.state).toEqual({ kind: "connecting" });
  await live.start();
  for (const way of ["direct", "hub"] as const) {
    live.comesBy(way);
    expect(live.state).toEqual({ kind: "opened", timeline, live: false, way });
  }
});

it("opens again by itself, with growing pauses, and soon again after it was live", async () => {
  const live = watching();
  await live.start();
  liveOpen.mockRejectedValue(lost);
  live.broke(lost);
  for (const pause of [500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
    const before = liveOpen.mock.calls.length;
    await vi.advanceTimersByTimeAsync(pause - 1);
    expect(liveOpen).toHaveBeenCalledTimes(before);
    expect(live.state).toEqual({ kind: "waiting", error: lost });
    await vi.advanceTimersByTimeAsync(1);
    expect(liveOpen).toHaveBeenCalledTimes(before + 1);
  }
  liveOpen.mockResolvedValue(timeline);
  await vi.advanceTimersByTimeAsync(10_000);
  live.shown();
  live.broke(lost);
  await vi.advanceTimersByTimeAsync(500);
  expect(live.state.kind).toBe("opened");
});

it("does not try again where that cannot help", async () => {
  liveOpen.mockRejectedValue(refused);
  const live = watching();
  await live.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(live.state).toEqual({ kind: "failed", error: refused });
  expect(liveOpen).toHaveBeenCalledTimes(1);
});

it("tells the core when it is stopped, and tries no more", async () => {
  const live = watching();
  await live.start();
  live.stop();
  expect(liveClose).toHaveBeenCalledExactlyOnceWith("watch");
  expect(live.state).toEqual({ kind: "ended" });
  live.broke(lost);
  live.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(liveOpen).toHaveBeenCalledTimes(1);
});

it("closes what is granted after nobody waits for it", async () => {
  const live = watching();
  const opening = live.start();
  live.stop();
  await opening;
  expect(liveClose).toHaveBeenCalledExactlyOnceWith("watch");
  expect(live.state).toEqual({ kind: "ended" });
});

it("goes on by itself with what it paused, and is sent nothing in between", async () => {
  const live = watching();
  await live.start();
  live.pause();
  expect(liveClose).toHaveBeenCalledExactlyOnceWith("watch");
  live.resume();
  expect(live.state).toEqual({ kind: "connecting" });
  await vi.advanceTimersByTimeAsync(0);
  expect(live.state.kind).toBe("opened");
  live.resume();
  expect(liveOpen).toHaveBeenCalledTimes(2);
});

it("does not begin again by itself what the person stopped, or what was refused", async () => {
  const live = watching();
  await live.start();
  live.stop();
  live.pause();
  live.resume();
  expect(live.state).toEqual({ kind: "ended" });
  live.broke(refused);
  live.pause();
  live.resume();
  expect(live.state).toEqual({ kind: "failed", error: refused });
  expect(liveOpen).toHaveBeenCalledTimes(1);
});
