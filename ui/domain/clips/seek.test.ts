import { beforeEach, describe, expect, it } from "vitest";
import type { Group } from "./planner";
import { Seek } from "./seek";

/** Groups of 1 s and 10 fragments. */
const groups: Group[] = Array.from({ length: 20 }, (_, at) => ({
  from: 10 * at,
  to: 10 * at + 10,
  startMs: 1000 * at,
  endMs: 1000 * at + 1000,
}));

let video: { currentTime: number };
let held: Map<number, number>;
let seek: Seek;

beforeEach(() => {
  video = { currentTime: 0 };
  held = new Map([[0, 10]]);
  seek = new Seek(video);
});

describe("a seek", () => {
  it("to what is there goes there", () => {
    seek.to(0.4, groups, held);
    expect([video.currentTime, seek.targetS]).toEqual([0.4, null]);
  });

  it("to what is not shows the keyframe before it, then the moment itself", () => {
    seek.to(12.345, groups, held);
    seek.approach(groups, held);
    expect([video.currentTime, seek.targetS], "nothing came").toEqual([12.345, 12.345]);
    held.set(12, 121);
    seek.approach(groups, held);
    expect([video.currentTime, seek.targetS], "the keyframe came").toEqual([12, 12.345]);
    expect(seek.positionS).toBe(12.345);
    held.set(12, 130);
    seek.approach(groups, held);
    expect([video.currentTime, seek.targetS], "all came").toEqual([12.345, null]);
  });

  it("shows the keyframe once, so that the film can go on from there", () => {
    seek.to(12.345, groups, held);
    held.set(12, 121);
    seek.approach(groups, held);
    video.currentTime = 12.08;
    held.set(12, 124);
    seek.approach(groups, held);
    expect(video.currentTime).toBe(12.08);
  });

  it("is overtaken by the next", () => {
    seek.to(12.345, groups, held);
    held.set(12, 121);
    seek.approach(groups, held);
    seek.to(0.5, groups, held);
    held.set(12, 130);
    seek.approach(groups, held);
    expect([video.currentTime, seek.targetS]).toEqual([0.5, null]);
  });

  it("by somebody else is taken up; the echo of an own one is not", () => {
    seek.to(12.345, groups, held);
    expect(seek.note(groups, held)).toBe(false);
    video.currentTime = 7.5;
    expect(seek.note(groups, held)).toBe(true);
    expect(seek.targetS).toBe(7.5);
  });

  it("ends where the film now ends", () => {
    seek.to(12.345, groups, held);
    seek.clamp(3.7);
    expect([video.currentTime, seek.targetS]).toEqual([3.7, null]);
  });
});

describe("a film with a gap", () => {
  const torn = [groups[0], { from: 10, to: 20, startMs: 4000, endMs: 5000 }] as Group[];

  it("goes on after it, once what follows is there", () => {
    video.currentTime = 0.95;
    seek.stepOver(torn, held);
    expect(video.currentTime, "nothing came").toBe(0.95);
    held.set(1, 11);
    seek.stepOver(torn, held);
    expect(video.currentTime).toBe(4);
  });

  it("is played up to it", () => {
    held.set(1, 20);
    video.currentTime = 0.5;
    seek.stepOver(torn, held);
    expect(video.currentTime).toBe(0.5);
  });

  it("is told from one that only has to wait", () => {
    held.set(1, 20);
    video.currentTime = 0.95;
    seek.stepOver(groups, held);
    expect(video.currentTime).toBe(0.95);
  });
});
