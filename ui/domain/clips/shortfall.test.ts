import { expect, it } from "vitest";
import { item } from "../mock/building";
import type { ClipTimeline, Shortfall } from "../bindings";
import { describeShortfall } from "./shortfall";

const clip = (shortfall: Shortfall | null) => {
  const kind = { type: "own_unlock", remote: false } as const;
  const lacking = { id: "c", state: "ready", shortfall, held: false } as const;
  return {
    preRollMs: 3_960,
    postRollMs: 2_040,
    item: item(1, 0, "main", kind, lacking),
  } as ClipTimeline;
};

it.each([
  [null, null],
  ["camera_starting", "Starts 4 s before the entry: the camera had only just started."],
  ["camera_stopped", "Ends 2 s after the entry: the camera stopped."],
  ["storage_full", "Ends 2 s after the entry: the door had no room left to record."],
  ["interrupted", "Ends 2 s after the entry: the door lost power or restarted."],
] as const)("a clip that is short (%s) says how and why", (shortfall, words) => {
  expect(describeShortfall(clip(shortfall))).toBe(words);
});
