import { describe, expect, it } from "vitest";
import { knownPins, moved, pinned, unpinned } from "./pins";

describe("a person's own order", () => {
  it("ends with the door pinned last, which is there once", () => {
    expect(pinned([], "a")).toEqual(["a"]);
    expect(pinned(["a", "b"], "a")).toEqual(["b", "a"]);
  });

  it("forgets a door that is unpinned", () => {
    expect(unpinned(["a", "b", "c"], "b")).toEqual(["a", "c"]);
  });

  it("moves a door by one place and not beyond its ends", () => {
    expect(moved(["a", "b", "c"], "c", -1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b", "c"], "a", 1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b"], "a", -1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], "b", 1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], "c", 1)).toEqual(["a", "b"]);
  });

  it("has places only for doors that are there", () => {
    expect(knownPins(["gone", "b", "a"], [{ id: "a" }, { id: "b" }])).toEqual(["b", "a"]);
  });
});
