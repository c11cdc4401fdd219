import type { TimelineFragment } from "../bindings";

/**
 * A group of pictures: fragments `from` up to, without, `to`. It starts with a keyframe, so it can be decoded by
 * itself. It goes into the buffer as one: many small appends starve WebKitGTK's decoder.
 */
export interface Group {
  from: number;
  to: number;
  startMs: number;
  endMs: number;
}

/** What the player's buffer needs next; numbers are places among the groups. */
export type Step =
  | { kind: "append"; group: number }
  /** Drop every group before this one. */
  | { kind: "evict"; before: number }
  | { kind: "finish" }
  | { kind: "rest" };

export interface BufferState {
  groups: readonly Group[];
  /** What is in the buffer. */
  held: ReadonlySet<number>;
  positionMs: number;
  aheadMs: number;
  behindMs: number;
}

export function groupsOf(fragments: readonly TimelineFragment[]): Group[] {
  const groups: Group[] = [];
  fragments.forEach(({ keyframe, startMs, durationMs }, index) => {
    const endMs = startMs + durationMs;
    const current = groups.at(-1);
    if (!current || keyframe) groups.push({ from: index, to: index + 1, startMs, endMs });
    else Object.assign(current, { to: index + 1, endMs });
  });
  return groups;
}

/** The group that is shown at `ms`; the nearest one before a gap or past either end. */
export function groupAt(groups: readonly Group[], ms: number): number {
  const next = groups.findIndex(({ startMs }) => startMs > ms);
  return Math.max(0, next < 0 ? groups.length - 1 : next - 1);
}

/** Fills from the position to `aheadMs` past it, and drops what is more than `behindMs` back. */
export function nextStep({ groups, held, positionMs, aheadMs, behindMs }: BufferState): Step {
  const keep = groupAt(groups, positionMs - behindMs);
  if (groups.some((_, group) => group < keep && held.has(group))) {
    return { kind: "evict", before: keep };
  }
  const shown = groupAt(groups, positionMs);
  const missing = groups.findIndex((_, group) => group >= shown && !held.has(group));
  if (missing < 0) return { kind: "finish" };
  const startMs = groups[missing]?.startMs ?? 0;
  return startMs > positionMs + aheadMs ? { kind: "rest" } : { kind: "append", group: missing };
}
