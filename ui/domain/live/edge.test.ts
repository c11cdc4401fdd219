import { expect, it } from "vitest";
import { stepTowards } from "./edge";

it("plays on at the live edge", () => {
  expect(stepTowards(9.9, 0, 10)).toEqual({ rate: 1, jumpToS: null });
});

it("hurries a little when it is a little behind", () => {
  const { rate, jumpToS } = stepTowards(9.4, 0, 10);
  expect(jumpToS).toBeNull();
  expect(rate).toBeGreaterThan(1);
});

it("jumps when it is too far behind to catch up soon", () => {
  const { rate, jumpToS } = stepTowards(8, 0, 10);
  expect(rate).toBe(1);
  expect(jumpToS).toBeCloseTo(9.88);
});

it("jumps to where there are pictures, and not before the first", () => {
  expect(stepTowards(0, 5, 10).jumpToS).toBeCloseTo(9.88);
  expect(stepTowards(11, 5, 10).jumpToS).toBeCloseTo(9.88);
  expect(stepTowards(0, 9.95, 10).jumpToS).toBe(9.95);
});

it("jumps over the rest of the group that it was given when it came", () => {
  expect(stepTowards(0, 0, 0.9, true).jumpToS).toBeCloseTo(0.78);
  expect(stepTowards(0, 0, 0.1, true)).toEqual({ rate: 1, jumpToS: null });
});
