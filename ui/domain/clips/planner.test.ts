import { describe, expect, it } from "vitest";
import type { TimelineFragment } from "../types";
import { type BufferState, fragmentAt, keyframeAtOrBefore, nextStep } from "./planner";

/** 20 s in fragments of 100 ms, a keyframe each second. */
const fragments: TimelineFragment[] = Array.from({ length: 200 }, (_, index) => ({
  n: index + 1,
  startMs: index * 100,
  durationMs: 100,
  keyframe: index % 10 === 0,
}));

const state = (more: Partial<BufferState> = {}): BufferState => ({
  fragments,
  held: new Set(),
  last: null,
  positionMs: 0,
  aheadMs: 5000,
  behindMs: 5000,
  ...more,
});

const range = (from: number, to: number) =>
  new Set(Array.from({ length: to - from }, (_, index) => from + index));

describe("the place in a clip", () => {
  it.each([
    [-50, 0],
    [0, 0],
    [99, 0],
    [100, 1],
    [12_345, 123],
    [99_999, 199],
  ])("at %i ms is fragment %i", (ms, index) => {
    expect(fragmentAt(fragments, ms)).toBe(index);
  });

  it("is decoded from the keyframe at or before it", () => {
    expect([0, 9, 10, 123].map((index) => keyframeAtOrBefore(fragments, index))).toEqual([
      0, 0, 10, 120,
    ]);
  });

  it("is decoded from the start where no keyframe is marked", () => {
    const unmarked = fragments.map((fragment) => ({ ...fragment, keyframe: false }));
    expect(keyframeAtOrBefore(unmarked, 50)).toBe(0);
  });
});

describe("what the buffer needs next", () => {
  it("is the start of the clip at first", () => {
    expect(nextStep(state())).toEqual({ kind: "append", index: 0 });
  });

  it("is the keyframe before the position after a seek", () => {
    expect(nextStep(state({ positionMs: 12_345 }))).toEqual({ kind: "append", index: 120 });
  });

  it("is what follows the newest append", () => {
    const step = nextStep(state({ held: range(0, 7), last: 6 }));
    expect(step).toEqual({ kind: "append", index: 7 });
  });

  it("is nothing while there is enough ahead", () => {
    expect(nextStep(state({ held: range(0, 51), last: 50 }))).toEqual({ kind: "rest" });
  });

  it("is the end of the stream once the rest is held", () => {
    const step = nextStep(state({ positionMs: 18_000, held: range(150, 200), last: 199 }));
    expect(step).toEqual({ kind: "finish" });
    expect(nextStep(state({ fragments: [] }))).toEqual({ kind: "finish" });
  });

  it("is a keyframe again where the newest append was elsewhere", () => {
    const step = nextStep(state({ positionMs: 2_000, held: range(0, 25), last: 150 }));
    expect(step).toEqual({ kind: "append", index: 20 });
  });

  it("is to let go of whole groups of pictures that are far behind", () => {
    const step = nextStep(state({ positionMs: 9_950, held: range(0, 100), last: 99 }));
    expect(step).toEqual({ kind: "evict", beforeMs: 4000 });
  });
});

/** A small generator of repeatable numbers in [0, 1). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("any run of plays and seeks", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("appends decodably and bounds the buffer (seed %i)", (seed) => {
    const random = seeded(seed);
    const held = new Set<number>();
    let last: number | null = null;
    let positionMs = 0;
    for (let turn = 0; turn < 3000; turn += 1) {
      const step = nextStep(state({ held, last, positionMs }));
      if (step.kind === "append") {
        const decodable = fragments[step.index]?.keyframe === true || last === step.index - 1;
        expect(decodable, `append ${step.index} after ${last}`).toBe(true);
        held.add(step.index);
        last = step.index;
      } else if (step.kind === "evict") {
        const before = step.beforeMs / 100;
        expect(before).toBeLessThanOrEqual(positionMs / 100);
        for (const index of held) if (index < before) held.delete(index);
      } else {
        const shown = fragmentAt(fragments, positionMs);
        const needed = range(keyframeAtOrBefore(fragments, shown), shown + 1);
        expect([...needed].every((index) => held.has(index))).toBe(true);
        positionMs = random() < 0.2 ? random() * 20_000 : Math.min(positionMs + 400, 20_000);
      }
    }
  });
});
