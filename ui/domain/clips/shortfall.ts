import { m } from "$messages";
import { number } from "$shared/numbers";
import type { ClipTimeline, Shortfall } from "../bindings";

type Lacking = Pick<ClipTimeline, "preRollMs" | "postRollMs">;

const WORDS: Record<Shortfall, (clip: Lacking) => string> = {
  camera_starting: ({ preRollMs }) => m.clip_short_start({ seconds: seconds(preRollMs) }),
  camera_stopped: ({ postRollMs }) => m.clip_short_stopped({ seconds: seconds(postRollMs) }),
  storage_full: ({ postRollMs }) => m.clip_short_full({ seconds: seconds(postRollMs) }),
  hub_out_of_room: () => m.clip_gave_way_title(),
  interrupted: ({ postRollMs }) => m.clip_short_interrupted({ seconds: seconds(postRollMs) }),
};

/** What a clip lacks and why, or `null`. */
export function describeShortfall(timeline: ClipTimeline): string | null {
  const shortfall = timeline.item.clip?.shortfall;
  return shortfall ? WORDS[shortfall](timeline) : null;
}

/** Whether the start is what it lacks, rather than the end. */
export function startsLate(shortfall: Shortfall): boolean {
  return shortfall === "camera_starting";
}

function seconds(ms: number): string {
  return number(Math.round(ms / 1000));
}
