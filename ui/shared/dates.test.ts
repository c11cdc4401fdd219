import { expect, it } from "vitest";
import { timeOfDay, timeOfDayIn } from "./dates";

const noon = Date.UTC(2026, 4, 12, 12);

it("tells the time by the clock of a time zone, not by the device's", () => {
  expect(timeOfDayIn("Europe/Berlin")(noon)).toBe("14:00");
  expect(timeOfDayIn("Asia/Tokyo")(noon)).toBe("21:00");
});

it("tells it by the device's own where the zone is not known", () => {
  expect(timeOfDayIn(null)(noon)).toBe(timeOfDay(noon));
  expect(timeOfDayIn("Mars/Olympus_Mons")(noon)).toBe(timeOfDay(noon));
});
