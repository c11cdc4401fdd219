import { m } from "$messages";
import { signedTenths } from "$shared/numbers";
import type { ClipTimeline } from "../bindings";

/** Seconds from the entry as a short signed label, such as `−3.2 s` or `+10.0 s`. */
export function offsetLabel(timeline: ClipTimeline, positionMs: number): string {
  return m.seconds_short({ seconds: signedTenths((positionMs - timeline.entryOffsetMs) / 1000) });
}

/** The same in words, for screen readers. */
export function offsetInWords(timeline: ClipTimeline, positionMs: number): string {
  const offsetS = Math.round((positionMs - timeline.entryOffsetMs) / 1000);
  if (offsetS === 0) return m.clip_position_at();
  const seconds = Math.abs(offsetS);
  return offsetS < 0 ? m.clip_position_before({ seconds }) : m.clip_position_after({ seconds });
}

/** The wall-clock moment that is shown. */
export function momentAt(timeline: ClipTimeline, positionMs: number): number {
  return timeline.atMs - timeline.entryOffsetMs + positionMs;
}

/** What happened at the moment that the film was made for. */
export function entryLabel({ item }: ClipTimeline): string {
  return item.kind.type === "denied" ? m.clip_refused() : m.clip_unlocked();
}
