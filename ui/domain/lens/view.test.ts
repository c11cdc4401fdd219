import { describe, expect, it } from "vitest";
import { aLens } from "../../testing/lens";
import { fit, fits, zoomRange } from "./limits";
import type { Ray } from "./model";
import { preset, PRESETS } from "./presets";
import {
  aim,
  lensToWorld,
  times,
  turn,
  type View,
  viewToWorld,
  worldToLens,
  wrapDeg,
} from "./view";

const wall = aLens();
const ceiling = aLens({ mount: "ceiling", tiltDeg: 90 });
const ASPECT = 4 / 3;

const view = (panDeg: number, tiltDeg: number, zoom = 1): View => ({ panDeg, tiltDeg, zoom });

function expectRay(found: Ray, expected: Ray): void {
  found.forEach((part, at) => expect(part).toBeCloseTo(expected[at] ?? NaN, 9));
}

describe("a view", () => {
  it("looks ahead along the horizon, to the right, and up", () => {
    expectRay(turn(viewToWorld(view(0, 0)), [0, 0, 1]), [0, 0, 1]);
    expectRay(turn(viewToWorld(view(90, 0)), [0, 0, 1]), [1, 0, 0]);
    expectRay(turn(viewToWorld(view(0, 90)), [0, 0, 1]), [0, -1, 0]);
  });

  it("keeps what is upright upright, wherever it turns", () => {
    for (const pan of [-120, 0, 35]) {
      const right = turn(viewToWorld(view(pan, -40)), [1, 0, 0]);
      expect(right[1]).toBeCloseTo(0, 12);
    }
  });

  it("at the lens's own tilt looks along its axis", () => {
    const toLens = times(worldToLens(wall), viewToWorld(view(0, -35)));
    expectRay(turn(toLens, [0, 0, 1]), [0, 0, 1]);
    expectRay(turn(lensToWorld(ceiling), [0, 0, 1]), [0, 1, 0]);
  });

  it("turns so that what is held stays under the finger", () => {
    const spots: Ray[] = [
      [0.4, -0.3, 1],
      [-0.7, 0.5, 1],
      [0, 0, 1],
    ];
    for (const from of [view(10, -20), view(-170, -60), view(5, -88)]) {
      for (const spot of spots) {
        const world = turn(viewToWorld(from), spot);
        const found = aim(world, spot, from);
        expect(wrapDeg(found.panDeg - from.panDeg)).toBeCloseTo(0, 6);
        expect(found.tiltDeg).toBeCloseTo(from.tiltDeg, 6);
      }
    }
  });
});

describe("limits", () => {
  it("leave a view that lies in the picture as it is", () => {
    const inside = view(12, -41, 1.4);
    expect(fit(wall, ASPECT, inside)).toEqual(inside);
  });

  it("hold every view within the picture, however it is asked for", () => {
    for (const lens of [wall, ceiling, aLens({ height: 1080, cy: 540 }), aLens({ tiltDeg: 0 })]) {
      for (const wanted of [view(170, 80, 0.1), view(-60, -200, 1), view(80, 0, 3), view(0, 0)]) {
        for (const aspect of [0.6, ASPECT, 2.4]) {
          expect(fits(lens, aspect, fit(lens, aspect, wanted))).toBe(true);
          expect(fits(lens, aspect, fit(lens, aspect, wanted, view(20, -35, 2)))).toBe(true);
        }
      }
    }
  });

  it("let a drag slide along the picture's edge", () => {
    const edge = fit(wall, ASPECT, view(90, -35, 2), view(0, -35, 2));
    const slid = fit(wall, ASPECT, { ...edge, tiltDeg: edge.tiltDeg - 5, panDeg: 90 }, edge);
    expect(slid.tiltDeg).toBeCloseTo(edge.tiltDeg - 5, 6);
    expect(slid.panDeg).toBeGreaterThan(edge.panDeg - 5);
  });

  it("let who looks straight down turn all the way round", () => {
    for (const pan of [-179, -90, 0, 90, 179]) {
      const down = view(pan, -80, 1.2);
      expect(fit(ceiling, ASPECT, down)).toEqual(down);
    }
  });

  it("keep a zoom from showing more than the picture has, or only blocks", () => {
    expect(zoomRange(wall, ASPECT)).toEqual({ least: 0.75, most: 6 });
    const narrow = zoomRange(aLens({ maxThetaDeg: 40 }), ASPECT);
    expect(narrow.least).toBeGreaterThan(1.4);
    expect(fits(aLens({ maxThetaDeg: 40 }), ASPECT, view(0, -35, narrow.least))).toBe(true);
    expect(fit(wall, ASPECT, view(0, -35, 50)).zoom).toBe(6);
  });
});

describe("presets", () => {
  it("look down from a wall: at the door along the axis, at faces above it, at the floor below", () => {
    const [door, floor, faces] = PRESETS.map((name) => preset(wall, name));
    expect(door?.tiltDeg).toBeCloseTo(-35, 6);
    expect(faces?.tiltDeg).toBeGreaterThan(-25);
    expect(floor?.tiltDeg).toBeLessThan(-65);
  });

  it("look up to faces from a camera that hangs low", () => {
    expect(preset(aLens({ tiltDeg: 0 }), "faces").tiltDeg).toBeGreaterThan(0);
  });

  it("look straight down to the floor from a ceiling", () => {
    expect(preset(ceiling, "floor").tiltDeg).toBe(-90);
    expect(preset(ceiling, "faces").tiltDeg).toBeCloseTo(-26.6, 1);
  });

  it("of a common lens fit as they are", () => {
    for (const name of PRESETS) {
      expect(fits(wall, ASPECT, preset(wall, name))).toBe(true);
    }
  });
});
