import type { ClipTimeline, Shortfall } from "../bindings";
import { CLIP_ID } from "./building";

/** What the test server knows of a film; the rest is the entry's. */
export type Film = Omit<ClipTimeline, "clipId" | "item" | "atMs" | "doorName">;

/** Entries that show the one film there is. */
const SAME_FILM = ["clip-live", "clip-guest", "clip-cut", "clip-full", "clip-power", "clip-held"];

/** The folder of an entry's film. */
export function filmOf(clipId: string): string {
  return SAME_FILM.includes(clipId) ? CLIP_ID : clipId;
}

/** What there is of a film while it is being made. */
export function firstSeconds(film: Film, seconds: number): Film {
  const fragments = film.fragments.filter(({ startMs }) => startMs < seconds * 1000);
  const durationMs = Math.min(film.durationMs, seconds * 1000);
  const postRollMs = Math.max(0, durationMs - film.entryOffsetMs);
  return { ...film, fragments, durationMs, postRollMs, closed: durationMs === film.durationMs };
}

/** The film that a camera in trouble would have left. */
export function shortened(film: Film, shortfall: Shortfall): Film {
  if (shortfall !== "camera_starting") return { ...firstSeconds(film, 13), closed: true };
  const fromMs = film.entryOffsetMs - 4000;
  const fragments = film.fragments
    .filter(({ startMs }) => startMs >= fromMs)
    .map((fragment) => ({ ...fragment, startMs: fragment.startMs - fromMs }));
  return {
    ...film,
    fragments,
    durationMs: film.durationMs - fromMs,
    preRollMs: 4000,
    entryOffsetMs: 4000,
  };
}
