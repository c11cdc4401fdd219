import { beforeEach, expect, it } from "vitest";
import { Pictures } from "./pictures";

let pictures: Pictures;

beforeEach(() => {
  pictures = new Pictures();
  // A camera that is not regular: 20 pictures a second, then 10, then 25.
  pictures.add(1, 0, [50, 50]);
  pictures.add(2, 100, [100]);
  pictures.add(3, 200, [40, 40, 20]);
});

it("steps to the middle of each picture in turn, both ways", () => {
  const middles = [25, 75, 150, 220, 260, 290];
  for (const [at, ms] of middles.slice(0, -1).entries()) {
    expect(pictures.step(ms, 1)).toBe(middles[at + 1]);
  }
  for (const [at, ms] of middles.slice(1).entries()) {
    expect(pictures.step(ms, -1)).toBe(middles[at]);
  }
});

it("knows the picture of a moment, but none where nothing was filmed", () => {
  expect(pictures.at(75)).toEqual({ startMs: 50, durationMs: 50 });
  expect(pictures.at(305)).toBeNull();
  pictures.drop(2);
  expect(pictures.at(150)).toBeNull();
});

it("counts the picture that begins at a moment as shown then, give or take a rounding", () => {
  expect(pictures.step(99.6, 1)).toBe(220);
});

it("goes on at the last known pace past what is in the buffer", () => {
  expect(pictures.step(290, 1)).toBe(310);
  expect(pictures.step(25, -1)).toBe(-25);
  pictures.drop(2);
  expect(pictures.step(75, 1)).toBe(125);
});

it("stays where nothing is known", () => {
  expect(new Pictures().step(300, 1)).toBe(300);
});
