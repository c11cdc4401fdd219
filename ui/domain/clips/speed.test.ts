import { expect, it } from "vitest";
import { nextSpeed, SPEEDS } from "./speed";

it("goes from the slowest to the fastest and back, and stops at either end", () => {
  let speed: number = SPEEDS[0];
  const up = SPEEDS.map(() => (speed = nextSpeed(speed, 1)));
  expect(up).toEqual([0.5, 1, 1.5, 2, 4, 4]);
  const down = SPEEDS.map(() => (speed = nextSpeed(speed, -1)));
  expect(down).toEqual([2, 1.5, 1, 0.5, 0.25, 0.25]);
});
