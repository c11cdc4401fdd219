import { describe, expect, it } from "vitest";
import { fromField, toField } from "./clock";

describe("a time field", () => {
  it.each([
    [0, "00:00"],
    [425, "07:05"],
    [1439, "23:59"],
  ])("holds minute %i of a day as %s", (minutes, value) => {
    expect(toField(minutes)).toBe(value);
    expect(fromField(value)).toBe(minutes);
  });

  it("may hold seconds, which do not count", () => {
    expect(fromField("22:30:00")).toBe(1350);
  });

  it.each(["", "7:5", "24:00", "12:60", "soon"])("that holds “%s” holds no time", (value) => {
    expect(fromField(value)).toBeNull();
  });
});
