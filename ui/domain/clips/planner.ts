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

/** What the player's buffer needs next; numbers are places among the groups, and among the fragments. */
export type Step =
  | { kind: "append"; group: number; from: number; to: number }
  /** Drop groups `from` up to, without, `to`. */
  | { kind: "evict"; from: number; to: number }
  | { kind: "finish" }
  | { kind: "rest" };

export interface BufferState {
  groups: readonly Group[];
  /** How far a group is in the buffer: the first of its fragments that is not. */
  held: ReadonlyMap<number, number>;
  /** Whether more groups may follow. */
  growing: boolean;
  positionMs: number;
  aheadMs: number;
  /** What is kept on either side of the position. */
  keepMs: number;
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

/** Fills from the position to `aheadMs` past it, and drops what is more than `keepMs` away. */
export function nextStep(state: BufferState): Step {
  const { groups, held, positionMs } = state;
  const stale = staleGroups(state);
  if (stale) return { kind: "evict", ...stale };
  const shown = groupAt(groups, positionMs);
  const missing = groups.findIndex(({ to }, at) => at >= shown && (held.get(at) ?? 0) < to);
  const group = groups[missing];
  if (!group) return { kind: state.growing ? "rest" : "finish" };
  if (group.startMs > positionMs + Math.min(state.aheadMs, state.keepMs)) return { kind: "rest" };
  const from = held.get(missing) ?? group.from;
  // The keyframe alone shows a picture; the rest of its group is not waited for.
  const isFirstPicture = missing === shown && from === group.from;
  return { kind: "append", group: missing, from, to: isFirstPicture ? from + 1 : group.to };
}

function staleGroups({ groups, held, positionMs, keepMs }: BufferState) {
  const first = groupAt(groups, positionMs - keepMs);
  const last = groupAt(groups, positionMs + keepMs);
  const places = [...held.keys()];
  if (places.some((group) => group < first)) return { from: 0, to: first };
  if (places.some((group) => group > last)) return { from: last + 1, to: groups.length };
  return null;
}
