import { describe, expect, it } from "vitest";
import { keyNames, shortcutOf } from "./shortcut";

const press = (code: string, ...held: string[]) =>
  shortcutOf({
    code,
    ctrlKey: held.includes("ctrl"),
    altKey: held.includes("alt"),
    shiftKey: held.includes("shift"),
    metaKey: held.includes("meta"),
  });

describe("a shortcut", () => {
  it("is the modifiers that are held and one key", () => {
    expect(press("KeyU", "alt", "ctrl")).toBe("Ctrl+Alt+KeyU");
    expect(press("F9", "meta", "shift")).toBe("Shift+Super+F9");
    expect(press("KeyU")).toBe("KeyU");
  });

  it("is not complete while only modifiers are held", () => {
    for (const code of ["ControlLeft", "AltRight", "ShiftLeft", "MetaRight", "AltGraph", ""]) {
      expect(press(code, "ctrl")).toBeNull();
    }
  });

  it("is told as it is printed on the keys", () => {
    expect(keyNames("Ctrl+Alt+KeyU")).toEqual(["Ctrl", "Alt", "U"]);
    expect(keyNames("Super+Digit1")).toEqual(["Super", "1"]);
    expect(keyNames("Ctrl+F9")).toEqual(["Ctrl", "F9"]);
  });
});
