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
};

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
      "+0.0 s",
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
