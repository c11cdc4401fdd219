import type { TimelineFragment } from "../types";

/** What the player's buffer needs next. Indices are places in the timeline, not fragment numbers. */
export type Step =
  | { kind: "append"; index: number }
  | { kind: "evict"; beforeMs: number }
  | { kind: "finish" }
  | { kind: "rest" };

export interface BufferState {
  fragments: readonly TimelineFragment[];
  /** What is in the buffer. */
  held: ReadonlySet<number>;
  /** The newest append: only what follows it directly can be decoded without a keyframe. */
  last: number | null;
  positionMs: number;
  aheadMs: number;
  behindMs: number;
}

/** The fragment that is shown at `ms`; the nearest one before a gap or past either end. */
export function fragmentAt(fragments: readonly TimelineFragment[], ms: number): number {
  let low = 0;
  let high = fragments.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((fragments[middle]?.startMs ?? 0) <= ms) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where decoding must start to show fragment `index`. */
export function keyframeAtOrBefore(fragments: readonly TimelineFragment[], index: number): number {
  for (let at = index; at > 0; at -= 1) {
    if (fragments[at]?.keyframe) return at;
  }
  return 0;
}

/**
 * Fills from the keyframe before the position to `aheadMs` past it, in decodable order, and drops whole groups of
 * pictures that are more than `behindMs` back.
 */
export function nextStep(state: BufferState): Step {
  const { fragments, held, positionMs } = state;
  if (fragments.length === 0) return { kind: "finish" };
  const stale = staleBefore(state);
  if (stale !== null) return { kind: "evict", beforeMs: stale };

  const from = keyframeAtOrBefore(fragments, fragmentAt(fragments, positionMs));
  const missing = firstMissing(fragments, held, from);
  if (missing === null) return { kind: "finish" };
  if ((fragments[missing]?.startMs ?? 0) > positionMs + state.aheadMs) return { kind: "rest" };
  return { kind: "append", index: decodableFrom(state, missing) };
}

function decodableFrom({ fragments, last }: BufferState, index: number): number {
  const keyframe = keyframeAtOrBefore(fragments, index);
  return last !== null && last >= keyframe && last < index ? last + 1 : keyframe;
}

function firstMissing(
  fragments: readonly TimelineFragment[],
  held: ReadonlySet<number>,
  from: number,
): number | null {
  for (let index = from; index < fragments.length; index += 1) {
    if (!held.has(index)) return index;
  }
  return null;
}

function staleBefore({ fragments, held, positionMs, behindMs }: BufferState): number | null {
  const keep = keyframeAtOrBefore(fragments, fragmentAt(fragments, positionMs - behindMs));
  for (let index = 0; index < keep; index += 1) {
    if (held.has(index)) return fragments[keep]?.startMs ?? null;
  }
  return null;
}
