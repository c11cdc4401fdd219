import type { Lens } from "../bindings";
import { clamp, type View } from "./view";
import { RADIANS } from "./model";

export const PRESETS = ["door", "floor", "faces"] as const;

export type Preset = (typeof PRESETS)[number];

/** How far from the wall, or from below the camera, people stand when they are at the door, in metres. */
const STANDS_M = 2;

/** Heights above the floor, in metres: of a grown person's middle, and of a face. */
const MIDDLE_M = 1;
const FACE_M = 1.6;

/** A ceiling is rarely lower or much higher, in metres. */
const CEILING_M = 2.6;

/** Nobody mounts a camera lower or higher on a wall, in metres. */
const ON_WALL_M = { least: 1.2, most: 3 };

/** Where parcels are put down, before a wall, in metres. */
const PUT_DOWN_M = 0.9;

/** How near each preset goes. */
const ZOOM: Record<Preset, number> = { door: 0.9, floor: 1, faces: 1.9 };

/** Looks at the door as a whole, at what lies on the floor, or at faces; not yet held within the lens's picture. */
export function preset(lens: Lens, name: Preset): View {
  return { panDeg: 0, tiltDeg: tiltDeg(lens, name), zoom: ZOOM[name] };
}

function tiltDeg(lens: Lens, name: Preset): number {
  const height = heightM(lens);
  if (name === "floor") return lens.mount === "ceiling" ? -90 : down(height, PUT_DOWN_M);
  return down(height - (name === "faces" ? FACE_M : MIDDLE_M), STANDS_M);
}

/** A lens on a wall is taken to be aimed at the middle of who stands there, which tells how high it hangs. */
function heightM({ mount, tiltDeg }: Lens): number {
  if (mount === "ceiling") return CEILING_M;
  const tilt = clamp(tiltDeg, 0, 80) * RADIANS;
  return clamp(MIDDLE_M + STANDS_M * Math.tan(tilt), ON_WALL_M.least, ON_WALL_M.most);
}

function down(byM: number, awayM: number): number {
  return -Math.atan2(byM, awayM) / RADIANS;
}
