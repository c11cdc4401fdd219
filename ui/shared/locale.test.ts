import { describe, expect, it, vi } from "vitest";
import { clockTime, dayAndMonth, fullDate, moment, shortDay, timeOfDay, weekday } from "./dates";
import { languageChoice, type Language } from "./language.svelte";
import { compareNames } from "./locale";
import { number, signedTenths } from "./numbers";

const AT = new Date(2026, 4, 12, 18, 31, 7).getTime();

/** What somebody sees whose system prefers `system`. */
function show(language: Language, ...system: string[]): void {
  vi.stubGlobal("navigator", { languages: system });
  languageChoice.current = language;
}

describe("in Spanish", () => {
  it("days begin a line with a capital, and stand small within it", () => {
    show("es", "en-GB");
    expect(dayAndMonth(AT)).toBe("Martes, 12 de mayo");
    expect(moment(AT)).toBe("Martes, 12 de mayo, 18:31:07");
    expect(fullDate(AT)).toBe("12 de mayo de 2026");
    expect(shortDay(AT)).toBe("Mar, 12 may");
    expect(weekday(1)).toBe("mar");
  });

  it("a comma divides a number", () => {
    show("es", "en-GB");
    expect([number(0.25), number(12_500)]).toEqual(["0,25", "12.500"]);
    expect([-3.24, 0.04, 10].map(signedTenths)).toEqual(["−3,2", "0,0", "+10,0"]);
  });

  it("ñ comes after n", () => {
    show("es");
    expect(["Ñandú", "Nuez", "Ola"].sort(compareNames)).toEqual(["Nuez", "Ñandú", "Ola"]);
  });
});

describe("the clock", () => {
  it("is that of the person's own region of the language shown", () => {
    show("en", "es-ES", "en-US");
    expect(clockTime(20 * 60)).toMatch(/^8:00\sPM$/);
    show("en", "en-GB", "en-US");
    expect(clockTime(20 * 60)).toBe("20:00");
  });

  it("follows the language while the app runs", () => {
    show("en", "en-US", "es-ES");
    expect(timeOfDay(AT)).toMatch(/PM$/);
    show("es", "en-US", "es-ES");
    expect(timeOfDay(AT)).toBe("18:31");
  });
});
