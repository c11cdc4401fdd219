import { expect, it } from "vitest";
import { secondsLeft, shareLeft } from "./countdown";

it("counts whole seconds down to nought, and no further", () => {
  const at = [0, 1, 1000, 4999, 5000, 9000];
  expect(at.map((now) => secondsLeft(5000, now))).toEqual([5, 5, 4, 1, 0, 0]);
});

it("gives the share that is left, also when the clocks disagree", () => {
  expect(shareLeft(5000, 5, 0)).toBe(1);
  expect(shareLeft(5000, 5, 2500)).toBe(0.5);
  expect(shareLeft(5000, 5, 6000)).toBe(0);
  expect(shareLeft(5000, 5, -1000)).toBe(1);
  expect(shareLeft(5000, 0, 0)).toBe(0);
});
