import type { Lens } from "../bindings";
import { RADIANS, type Ray } from "./model";

/**
 * Where an ideal camera in the lens's place looks. It stays level: what is upright in the world is upright in its
 * picture as it turns. The world's frame: x to the right, y down, z to the horizon below (or above) the lens's axis.
 */
export interface View {
  /** To the right of the lens's axis, from -180 to 180. */
  panDeg: number;
  /** Above the horizon, from -90 to 90. */
  tiltDeg: number;
  /** The focal length, in halves of the picture's longer side: at 1 that side spans 90 degrees. */
  zoom: number;
}

/** Three rows. */
export type Rotation = readonly [Ray, Ray, Ray];

/** How far the picture's edges lie from its centre, on a plane at distance 1. `aspect` is width by height. */
export function extent(zoom: number, aspect: number): { x: number; y: number } {
  return aspect >= 1 ? { x: 1 / zoom, y: 1 / zoom / aspect } : { x: aspect / zoom, y: 1 / zoom };
}

/** Turns a direction in the view's own frame into the world's. */
export function viewToWorld({ panDeg, tiltDeg }: Pick<View, "panDeg" | "tiltDeg">): Rotation {
  return times(aroundVertical(panDeg * RADIANS), aroundHorizontal(tiltDeg * RADIANS));
}

/** Turns a direction in the world's frame into the lens's. */
export function worldToLens({ tiltDeg }: Lens): Rotation {
  return aroundHorizontal(tiltDeg * RADIANS);
}

/** Turns a direction in the lens's frame into the world's. */
export function lensToWorld({ tiltDeg }: Lens): Rotation {
  return aroundHorizontal(-tiltDeg * RADIANS);
}

export function turn([a, b, c]: Rotation, ray: Ray): Ray {
  return [dot(a, ray), dot(b, ray), dot(c, ray)];
}

export function times(left: Rotation, right: Rotation): Rotation {
  const columns = [0, 1, 2].map((at) => right.map((row) => row[at])) as unknown as Rotation;
  return left.map((row) => columns.map((column) => dot(row, column))) as unknown as Rotation;
}

/** Pan and tilt of a direction in the world's frame; straight up or down keeps the pan `panDeg`. */
export function heading([x, y, z]: Ray, panDeg: number): { panDeg: number; tiltDeg: number } {
  const level = Math.hypot(x, z);
  return {
    panDeg: level < 1e-9 ? panDeg : Math.atan2(x, z) / RADIANS,
    tiltDeg: Math.atan2(-y, level) / RADIANS,
  };
}

/**
 * The pan and tilt at which `inView` (a direction in the view's frame) shows `world`: what was grabbed stays under the
 * finger. Of the two tilts that do, the one nearer to `before`; where none does, as near as can be.
 */
export function aim(
  world: Ray,
  inView: Ray,
  before: Pick<View, "tiltDeg">,
): { panDeg: number; tiltDeg: number } {
  const [x, y, z] = inView;
  const radius = Math.hypot(y, z);
  const height = Math.asin(
    clamp(-world[1] / Math.hypot(...world) / (radius / Math.hypot(...inView)), -1, 1),
  );
  const within = Math.atan2(-y, z);
  const [tilt = 0] = [height - within, Math.PI - height - within, -Math.PI - height - within].sort(
    (a, b) => Math.abs(a - before.tiltDeg * RADIANS) - Math.abs(b - before.tiltDeg * RADIANS),
  );
  const forward = z * Math.cos(tilt) + y * Math.sin(tilt);
  const panDeg = (Math.atan2(world[0], world[2]) - Math.atan2(x, forward)) / RADIANS;
  return { panDeg: wrapDeg(panDeg), tiltDeg: clamp(tilt / RADIANS, -90, 90) };
}

/** The same angle from -180 to 180. */
export function wrapDeg(deg: number): number {
  return deg - 360 * Math.round(deg / 360);
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** A positive angle looks to the right. */
function aroundVertical(angle: number): Rotation {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [
    [c, 0, s],
    [0, 1, 0],
    [-s, 0, c],
  ];
}

/** A positive angle looks up. */
function aroundHorizontal(angle: number): Rotation {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [
    [1, 0, 0],
    [0, c, -s],
    [0, s, c],
  ];
}

function dot([a, b, c]: Ray, [x, y, z]: Ray): number {
  return a * x + b * y + c * z;
}
