import { describe, expect, it } from "vitest";
import type { TimelineFragment } from "../bindings";
import { type BufferState, groupAt, groupsOf, nextStep } from "./planner";

/** 20 s in fragments of 100 ms, a keyframe each second. */
const fragments: TimelineFragment[] = Array.from({ length: 200 }, (_, index) => ({
  n: index + 1,
  startMs: index * 100,
  durationMs: 100,
  keyframe: index % 10 === 0,
}));

const groups = groupsOf(fragments);

const state = (more: Partial<BufferState> = {}): BufferState => ({
  groups,
  held: new Set(),
  positionMs: 0,
  aheadMs: 5000,
  behindMs: 5000,
  ...more,
});

const range = (from: number, to: number) =>
  new Set(Array.from({ length: to - from }, (_, index) => from + index));

describe("groups of pictures", () => {
  it("start at each keyframe and leave no fragment out", () => {
    expect(groups).toHaveLength(20);
    expect(groups[3]).toEqual({ from: 30, to: 40, startMs: 3000, endMs: 4000 });
    expect(groups.at(-1)?.to).toBe(200);
  });

  it("start with the clip even where no keyframe is marked", () => {
    const unmarked = fragments.map((fragment) => ({ ...fragment, keyframe: false }));
    expect(groupsOf(unmarked)).toEqual([{ from: 0, to: 200, startMs: 0, endMs: 20_000 }]);
    expect(groupsOf([])).toEqual([]);
  });

  it.each([
    [-50, 0],
    [0, 0],
    [999, 0],
    [1000, 1],
    [12_345, 12],
    [99_999, 19],
  ])("at %i ms is number %i", (ms, group) => {
    expect(groupAt(groups, ms)).toBe(group);
  });
});

describe("what the buffer needs next", () => {
  it("is the start of the clip at first", () => {
    expect(nextStep(state())).toEqual({ kind: "append", group: 0 });
  });

  it("is the group that holds the position after a seek", () => {
    expect(nextStep(state({ positionMs: 12_345 }))).toEqual({ kind: "append", group: 12 });
  });

  it("is the first gap ahead", () => {
    const held = new Set([3, 4, 6, 7]);
    expect(nextStep(state({ positionMs: 3500, held }))).toEqual({ kind: "append", group: 5 });
  });

  it("is nothing while there is enough ahead", () => {
    expect(nextStep(state({ held: range(0, 6) }))).toEqual({ kind: "rest" });
  });

  it("is the end of the stream once the rest is held", () => {
    const step = nextStep(state({ positionMs: 18_000, held: range(15, 20) }));
    expect(step).toEqual({ kind: "finish" });
    expect(nextStep(state({ groups: [] }))).toEqual({ kind: "finish" });
  });

  it("is to let go of what is far behind", () => {
    const step = nextStep(state({ positionMs: 9_950, held: range(0, 10) }));
    expect(step).toEqual({ kind: "evict", before: 4 });
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
  it.each([1, 2, 3, 4, 5, 6])("has what it shows and bounds the buffer (seed %i)", (seed) => {
    const random = seeded(seed);
    const held = new Set<number>();
    let positionMs = 0;
    let steps = 0;
    for (let turn = 0; turn < 2000; turn += 1) {
      const step = nextStep(state({ held, positionMs }));
      steps += 1;
      if (step.kind === "append") {
        expect(held.has(step.group)).toBe(false);
        held.add(step.group);
      } else if (step.kind === "evict") {
        expect(step.before).toBeLessThanOrEqual(groupAt(groups, positionMs));
        for (const group of held) if (group < step.before) held.delete(group);
      } else {
        expect(held.has(groupAt(groups, positionMs))).toBe(true);
        expect(steps, "comes to rest").toBeLessThan(25);
        steps = 0;
        positionMs = random() < 0.2 ? random() * 20_000 : Math.min(positionMs + 400, 20_000);
      }
    }
  });
});
