import { expect, it } from "vitest";
import { stepTowards } from "./edge";

const upTo = (startS: number, edgeS: number, partS = 0.1) => ({ startS, edgeS, partS });

it("plays on at the live edge", () => {
  expect(stepTowards(9.9, upTo(0, 10))).toEqual({ rate: 1, jumpToS: null });
});

it("hurries a little when it is a little behind", () => {
  const { rate, jumpToS } = stepTowards(9.4, upTo(0, 10));
  expect(jumpToS).toBeNull();
  expect(rate).toBeGreaterThan(1);
});

it("jumps when it is too far behind to catch up soon", () => {
  const { rate, jumpToS } = stepTowards(8, upTo(0, 10));
  expect(rate).toBe(1);
  expect(jumpToS).toBeCloseTo(9.88);
});

it("jumps to where there are pictures, and not before the first", () => {
  expect(stepTowards(0, upTo(5, 10)).jumpToS).toBeCloseTo(9.88);
  expect(stepTowards(11, upTo(5, 10)).jumpToS).toBeCloseTo(9.88);
  expect(stepTowards(0, upTo(9.95, 10)).jumpToS).toBe(9.95);
});

it("jumps over the rest of the group that it was given when it came", () => {
  expect(stepTowards(0, upTo(0, 0.9), true).jumpToS).toBeCloseTo(0.78);
  expect(stepTowards(0, upTo(0, 0.1), true)).toEqual({ rate: 1, jumpToS: null });
});

it("leaves a camera of two pictures a second the time for the next one", () => {
  const slow = upTo(0, 10, 0.5);
  expect(stepTowards(9.45, slow)).toEqual({ rate: 1, jumpToS: null });
  expect(stepTowards(9.1, slow)).toEqual({ rate: 1.1, jumpToS: null });
  expect(stepTowards(8.5, slow).jumpToS).toBe(9.5);
  expect(stepTowards(9, slow, true).jumpToS).toBe(9.5);
});
