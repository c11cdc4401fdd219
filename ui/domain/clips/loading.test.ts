import { describe, expect, it, vi } from "vitest";
import { fakeBackend } from "../../testing/backend";
import { item } from "../mock/building";
import type { AppError, ClipTimeline, ErrorCode } from "../bindings";
import { ClipLoading } from "./loading.svelte";
import { momentAt, offsetInWords, offsetLabel } from "./moments";

const timeline: ClipTimeline = {
  clipId: "c",
  codec: "avc1.42C01F",
  width: 1280,
  height: 720,
  durationMs: 20_000,
  preRollMs: 10_000,
  postRollMs: 10_000,
  entryOffsetMs: 10_000,
  fragments: [],
  verified: true,
  doorName: "Main entrance",
  atMs: 1_000_000,
  closed: true,
  item: item(1, 1_000_000, "main", { type: "own_unlock", remote: false }, null),
  lens: null,
};

const fragment = (n: number) => ({
  n,
  startMs: 100 * (n - 1),
  durationMs: 100,
  keyframe: n % 10 === 1,
  bytes: 1000,
});

function loading(...answers: (ClipTimeline | ErrorCode)[]) {
  const clipTimeline = vi.fn();
  for (const answer of answers) {
    if (typeof answer !== "string") clipTimeline.mockResolvedValueOnce(answer);
    else clipTimeline.mockRejectedValueOnce({ code: answer, retryable: true } satisfies AppError);
  }
  return { clip: new ClipLoading(fakeBackend({ clipTimeline }), "c"), clipTimeline };
}

describe("loading a clip", () => {
  it("gives the timeline", async () => {
    const { clip } = loading(timeline);
    await clip.load("ready");
    expect(clip.state).toEqual({ kind: "ready", timeline });
  });

  it("waits for a film that is not over, then has it", async () => {
    const { clip } = loading("clip_unavailable", timeline);
    await clip.load("recording");
    expect(clip.state.kind).toBe("filming");
    await clip.load("ready");
    expect(clip.state.kind).toBe("ready");
  });

  it("says that a film which should be there is not", async () => {
    const { clip } = loading("clip_unavailable");
    await clip.load("ready");
    expect(clip.state).toMatchObject({ kind: "failed", error: { code: "clip_unavailable" } });
  });

  it("never shows a clip that is not verified", async () => {
    const { clip } = loading({ ...timeline, verified: false });
    await clip.load("ready");
    expect(clip.state).toMatchObject({ kind: "failed", error: { code: "clip_tampered" } });
  });

  it("asks again while the door is filming, and shows what has come since", async () => {
    const growing = (count: number, closed = false) => ({
      ...timeline,
      closed,
      verified: closed,
      fragments: Array.from({ length: count }, (_, at) => fragment(at + 1)),
    });
    const { clip } = loading(growing(10), growing(10), "hub_unreachable", growing(20, true));
    const shown = () => (clip.state.kind === "ready" ? clip.state.timeline : null);
    await clip.load("recording");
    const first = shown();
    expect(first?.fragments).toHaveLength(10);
    await clip.load("recording");
    expect(shown(), "nothing came").toBe(first);
    await clip.load("recording");
    expect(shown(), "what is there stays when the hub is away").toBe(first);
    expect(clip.isGrowing).toBe(true);
    await clip.load("recording");
    expect(shown()).toMatchObject({ closed: true, verified: true });
    expect(clip.isGrowing).toBe(false);
  });

  it("asks again when the list learned in between that the film is over", async () => {
    const { clip } = loading("clip_unavailable", timeline);
    const asking = clip.load("recording");
    void clip.load("ready");
    await asking;
    expect(clip.state.kind).toBe("ready");
  });

  it("asks once at a time", async () => {
    const clipTimeline = vi.fn(() => new Promise<ClipTimeline>(() => undefined));
    const clip = new ClipLoading(fakeBackend({ clipTimeline }), "c");
    void clip.load("recording");
    await clip.load("recording");
    expect(clipTimeline).toHaveBeenCalledTimes(1);
  });

  it("no longer shows a film that turns out to be altered", async () => {
    const { clip } = loading({ ...timeline, closed: false, verified: false }, "clip_tampered");
    await clip.load("recording");
    expect(clip.state.kind).toBe("ready");
    await clip.load("recording");
    expect(clip.state).toMatchObject({ kind: "failed", error: { code: "clip_tampered" } });
  });

  it("keeps what is ready when the list changes", async () => {
    const { clip, clipTimeline } = loading(timeline);
    await clip.load("ready");
    await clip.load("unavailable");
    expect(clip.state.kind).toBe("ready");
    expect(clipTimeline).toHaveBeenCalledTimes(1);
  });
});

describe("moments of a clip", () => {
  it("are counted from the entry", () => {
    expect([0, 6_800, 10_000, 20_000].map((ms) => offsetLabel(timeline, ms))).toEqual([
      "−10.0 s",
      "−3.2 s",
      "0.0 s",
      "+10.0 s",
    ]);
  });

  it("have words", () => {
    expect([0, 10_200, 15_000].map((ms) => offsetInWords(timeline, ms))).toEqual([
      "10 seconds before the entry",
      "At the entry",
      "5 seconds after the entry",
    ]);
  });

  it("have a time of day", () => {
    expect(momentAt(timeline, 10_000)).toBe(timeline.atMs);
    expect(momentAt(timeline, 0)).toBe(timeline.atMs - 10_000);
  });
});
