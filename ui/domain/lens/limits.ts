import type { Lens } from "../bindings";
import { type Ray, sees } from "./model";
import {
  clamp,
  extent,
  heading,
  lensToWorld,
  times,
  turn,
  type View,
  viewToWorld,
  worldToLens,
  wrapDeg,
} from "./view";

/** Beyond 106 degrees across, a flat picture stretches what is at its sides out of recognition. */
const WIDEST = 0.75;

/** Where a lens's pixels have become blocks: 19 degrees across. */
const CLOSEST = 6;

/** Tests of one bound; each halves what is left. */
const HALVINGS = 24;

const AROUND = [-1, -0.5, 0, 0.5, 1].flatMap((at) => [
  [at, -1],
  [at, 1],
  [-1, at],
  [1, at],
]) as readonly [number, number][];

/** Whether the whole view lies in the lens's picture. */
export function fits(lens: Lens, aspect: number, view: View): boolean {
  const toLens = times(worldToLens(lens), viewToWorld(view));
  const { x, y } = extent(view.zoom, aspect);
  return AROUND.every(([right, down]) => sees(lens, turn(toLens, [right * x, down * y, 1])));
}

/** The zooms that a view of this shape may have: as wide as still fits where the lens sees best. */
export function zoomRange(lens: Lens, aspect: number): { least: number; most: number } {
  const onAxis = (zoom: number) => fits(lens, aspect, { ...axis(lens, 0), zoom });
  if (onAxis(WIDEST)) return { least: WIDEST, most: CLOSEST };
  const closer = farthest((t) => onAxis(CLOSEST + t * (WIDEST - CLOSEST)));
  return { least: CLOSEST + closer * (WIDEST - CLOSEST), most: CLOSEST };
}

/**
 * The view nearest to the wanted one that lies in the picture. It comes from `from`, so that a drag slides along the
 * picture's edge; tilt goes before pan.
 */
export function fit(lens: Lens, aspect: number, wanted: View, from: View = wanted): View {
  const { least, most } = zoomRange(lens, aspect);
  const zoom = clamp(wanted.zoom, least, most);
  const start = pulledIn(lens, aspect, { ...from, zoom });
  const tilt = clamp(wanted.tiltDeg, -90, 90) - start.tiltDeg;
  const pan = wrapDeg(wanted.panDeg - start.panDeg);
  const tilted = (t: number) => ({ ...start, tiltDeg: start.tiltDeg + t * tilt });
  const upright = tilted(farthest((t) => fits(lens, aspect, tilted(t))));
  const panned = (t: number) => ({ ...upright, panDeg: wrapDeg(upright.panDeg + t * pan) });
  return panned(farthest((t) => fits(lens, aspect, panned(t))));
}

/** Where the lens's axis points; straight up or down, `panDeg` says what is ahead. */
function axis(lens: Lens, panDeg: number): { panDeg: number; tiltDeg: number } {
  return heading(turn(lensToWorld(lens), [0, 0, 1]), panDeg);
}

/** Towards the lens's axis until it fits. */
function pulledIn(lens: Lens, aspect: number, view: View): View {
  const ahead = turn(viewToWorld(view), [0, 0, 1]);
  const centre = turn(lensToWorld(lens), [0, 0, 1]);
  const between = (t: number): View => {
    const ray = centre.map((at, index) => at + t * ((ahead[index] ?? 0) - at)) as unknown as Ray;
    return { ...heading(ray, view.panDeg), zoom: view.zoom };
  };
  return fits(lens, aspect, view) ? view : between(farthest((t) => fits(lens, aspect, between(t))));
}

/** The greatest `t` up to 1 that holds, where 0 does. */
function farthest(holds: (t: number) => boolean): number {
  if (holds(1)) return 1;
  let [good, bad] = [0, 1];
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (good + bad) / 2;
    if (holds(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
