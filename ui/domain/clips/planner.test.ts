import { describe, expect, it } from "vitest";
import type { TimelineFragment } from "../bindings";
import { type BufferState, groupAt, groupsOf, nextStep } from "./planner";

/** 20 s in fragments of 100 ms, a keyframe each second. */
const fragments: TimelineFragment[] = Array.from({ length: 200 }, (_, index) => ({
  n: index + 1,
  startMs: index * 100,
  durationMs: 100,
  keyframe: index % 10 === 0,
  bytes: 1000,
}));

const groups = groupsOf(fragments);

const state = (more: Partial<BufferState> = {}): BufferState => ({
  groups,
  held: new Map(),
  growing: false,
  positionMs: 0,
  aheadMs: 5000,
  keepMs: 5000,
  ...more,
});

/** These groups in the buffer, whole. */
const whole = (...places: number[]) =>
  new Map(places.map((place) => [place, groups[place]?.to ?? 0]));

const range = (from: number, to: number) =>
  whole(...Array.from({ length: to - from }, (_, index) => from + index));

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
  it("is the first picture of the clip, then the rest of its group", () => {
    expect(nextStep(state())).toEqual({ kind: "append", group: 0, from: 0, to: 1 });
    const held = new Map([[0, 1]]);
    expect(nextStep(state({ held }))).toEqual({ kind: "append", group: 0, from: 1, to: 10 });
  });

  it("is the keyframe before the position after a seek", () => {
    const step = { kind: "append", group: 12, from: 120, to: 121 };
    expect(nextStep(state({ positionMs: 12_345 }))).toEqual(step);
  });

  it("is the first gap ahead, as one", () => {
    const step = { kind: "append", group: 5, from: 50, to: 60 };
    expect(nextStep(state({ positionMs: 3500, held: whole(3, 4, 6, 7) }))).toEqual(step);
  });

  it("is what was filmed since of a group that has grown", () => {
    const held = new Map([...range(15, 19), [19, 194]]);
    const step = { kind: "append", group: 19, from: 194, to: 200 };
    expect(nextStep(state({ positionMs: 18_000, held }))).toEqual(step);
  });

  it("is nothing while there is enough ahead", () => {
    expect(nextStep(state({ held: range(0, 6) }))).toEqual({ kind: "rest" });
  });

  it("is the end of the stream once the rest is held", () => {
    const step = nextStep(state({ positionMs: 18_000, held: range(15, 20) }));
    expect(step).toEqual({ kind: "finish" });
    expect(nextStep(state({ groups: [] }))).toEqual({ kind: "finish" });
  });

  it("is nothing yet where more may be filmed", () => {
    const held = range(15, 20);
    const step = nextStep(state({ positionMs: 18_000, held, growing: true }));
    expect(step).toEqual({ kind: "rest" });
    expect(nextStep(state({ groups: [], growing: true }))).toEqual({ kind: "rest" });
  });

  it("is to let go of what is far behind", () => {
    const step = nextStep(state({ positionMs: 9_950, held: range(0, 10) }));
    expect(step).toEqual({ kind: "evict", from: 0, to: 4 });
  });

  it("is to let go of what is far ahead, after a jump back", () => {
    const step = nextStep(state({ positionMs: 950, held: range(5, 20) }));
    expect(step).toEqual({ kind: "evict", from: 6, to: 20 });
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
    const held = new Map<number, number>();
    let positionMs = 0;
    let steps = 0;
    for (let turn = 0; turn < 2000; turn += 1) {
      const step = nextStep(state({ held, positionMs }));
      steps += 1;
      const shown = groupAt(groups, positionMs);
      if (step.kind === "append") {
        expect(held.get(step.group) ?? groups[step.group]?.from).toBe(step.from);
        held.set(step.group, step.to);
      } else if (step.kind === "evict") {
        expect(shown < step.from || shown >= step.to).toBe(true);
        for (const group of held.keys()) {
          if (group >= step.from && group < step.to) held.delete(group);
        }
      } else {
        expect(held.get(shown)).toBe(groups[shown]?.to);
        expect(held.size).toBeLessThanOrEqual(12);
        expect(steps, "comes to rest").toBeLessThan(25);
        steps = 0;
        positionMs = random() < 0.2 ? random() * 20_000 : Math.min(positionMs + 400, 20_000);
      }
    }
  });
});
