import { describe, expect, it } from "vitest";
import { pixelAt, project, type Ray, RADIANS, sees, unproject } from "./model";
import { aLens } from "../../testing/lens";

const lens = aLens();

/** So far from the axis, in a direction around it. */
function ray(thetaDeg: number, aroundDeg = 0): Ray {
  const [theta, around] = [thetaDeg * RADIANS, aroundDeg * RADIANS];
  return [Math.sin(theta) * Math.cos(around), Math.sin(theta) * Math.sin(around), Math.cos(theta)];
}

describe("the fisheye model", () => {
  it.each([
    // From cv2.fisheye.projectPoints, OpenCV 4.12.
    [[0.3, -0.2, 1], 1098.1270134573, 627.8231135069],
    [[-0.8, 0.5, 0.9], 662.010042701, 903.9606620952],
    [[2.1, 1.7, 1.1], 1373.3277507274, 1039.503415645],
  ] as [Ray, number, number][])("projects as OpenCV does: %j", (direction, x, y) => {
    const pixel = project(lens, direction);
    expect(pixel.x).toBeCloseTo(x, 6);
    expect(pixel.y).toBeCloseTo(y, 6);
  });

  it("goes on beyond 90 degrees, where OpenCV does not", () => {
    const [before, beyond] = [project(lens, ray(89)).x, project(lens, ray(94)).x];
    expect(beyond).toBeGreaterThan(before);
    expect(project(lens, ray(90)).x).toBeCloseTo((before + project(lens, ray(91)).x) / 2, 1);
  });

  it("puts the axis at the centre", () => {
    expect(project(lens, [0, 0, 1])).toEqual({ x: lens.cx, y: lens.cy });
    expect(unproject(lens, { x: lens.cx, y: lens.cy })).toEqual([0, 0, 1]);
  });

  it("finds the direction of each pixel again, beyond 90 degrees too", () => {
    for (const theta of [0.01, 20, 55, 90, 94.9]) {
      for (const around of [0, 77, 190, 301]) {
        const direction = ray(theta, around);
        const found = unproject(lens, project(lens, direction));
        found?.forEach((part, at) => expect(part).toBeCloseTo(direction[at] ?? NaN, 9));
      }
    }
  });

  it("knows no direction outside its circle", () => {
    expect(unproject(lens, { x: lens.cx + 800, y: lens.cy })).toBeNull();
  });

  it("sees up to its limit, and not past its picture's edge", () => {
    expect(sees(lens, ray(94.9))).toBe(true);
    expect(sees(lens, ray(95.1))).toBe(false);
    expect(sees({ ...lens, height: 1000 }, ray(60, 90))).toBe(false);
    expect(sees({ ...lens, height: 1000 }, ray(60, 0))).toBe(true);
  });
});

describe("a picture in a box", () => {
  it("has its corners at the box's when they have the same shape", () => {
    expect(pixelAt(lens, [-1, -1], 4 / 3)).toEqual({ x: -0.5, y: -0.5 });
    expect(pixelAt(lens, [1, 1], 4 / 3)).toEqual({ x: 1919.5, y: 1439.5 });
  });

  it("leaves room at the sides of a wider box, and above in a higher one", () => {
    expect(pixelAt(lens, [0.5, 1], 8 / 3)).toEqual({ x: 1919.5, y: 1439.5 });
    expect(pixelAt(lens, [1, 0.5], 2 / 3)).toEqual({ x: 1919.5, y: 1439.5 });
  });
});
