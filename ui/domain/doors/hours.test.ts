import { describe, expect, it } from "vitest";
import type { DoorHours } from "../bindings";
import { hoursInWords } from "./hours";

const hours = (days: number, fromMin: number, toMin: number): DoorHours => ({
  class: "courier",
  days,
  fromMin,
  toMin,
});

describe("a door's hours", () => {
  it.each([
    [hours(0b111_1111, 480, 1200), "Couriers 8:00–20:00"],
    [hours(0b001_1111, 480, 1200), "Couriers Mon–Fri 8:00–20:00"],
    [hours(0b110_0000, 1320, 360), "Couriers Sat–Sun 22:00–6:00"],
    [hours(0b101_0101, 0, 1440), "Couriers Mon, Wed, Fri, Sun all day"],
  ])("are told in words (%#)", (of, words) => {
    expect(hoursInWords([of])).toEqual([words]);
  });

  it("have one line for each class", () => {
    const guests: DoorHours = { ...hours(0b111_1111, 600, 660), class: "guest" };
    const saturday = hours(0b010_0000, 540, 780);
    expect(hoursInWords([hours(0b001_1111, 480, 1200), guests, saturday])).toEqual([
      "Couriers Mon–Fri 8:00–20:00, Sat 9:00–13:00",
      "Guests 10:00–11:00",
    ]);
  });
});
