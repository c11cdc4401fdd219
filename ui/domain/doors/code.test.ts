import { describe, expect, it } from "vitest";
import { grouped, spelled } from "./code";

describe("a door code", () => {
  it("is shown in groups of four and keeps its zeros", () => {
    expect(grouped("00718263")).toEqual(["0071", "8263"]);
    expect(grouped("123456")).toEqual(["1234", "56"]);
    expect(grouped("")).toEqual([]);
  });

  it("is read digit by digit", () => {
    expect(spelled("0071")).toBe("0 0 7 1");
  });
});
