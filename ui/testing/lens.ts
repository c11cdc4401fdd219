import type { Lens } from "../domain/bindings";

/** The lens that `tests/lens` films with. */
export function aLens(changes: Partial<Lens> = {}): Lens {
  return {
    width: 1920,
    height: 1440,
    fx: 452,
    fy: 449,
    cx: 968.3,
    cy: 713.8,
    k: [-0.021, 0.0062, -0.0043, 0.0007],
    mount: "wall",
    tiltDeg: 35,
    maxThetaDeg: 95,
    ...changes,
  };
}
