import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { baseLocale, locales } from "../paraglide/runtime.js";

const ui = fileURLToPath(new URL("..", import.meta.url));
const folders = ["domain", "shared", "views"];

function sources(): string {
  const files = folders.flatMap((folder) =>
    readdirSync(`${ui}/${folder}`, { recursive: true, encoding: "utf8" }).map(
      (name) => `${ui}/${folder}/${name}`,
    ),
  );
  return [...files, `${ui}/App.svelte`]
    .filter((file) => /\.(svelte|ts)$/.test(file))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
}

/** A text, or what it depends on and a text for each case. */
type Message = string | [{ declarations: string[]; match: Record<string, string> }];

function read(locale: string): Map<string, Message> {
  const file = readFileSync(`${ui}/messages/${locale}.json`, "utf8");
  const messages = Object.entries(JSON.parse(file) as Record<string, Message>);
  return new Map(messages.filter(([key]) => key !== "$schema"));
}

const texts = (message: Message | undefined): string[] =>
  typeof message === "object" ? Object.values(message[0].match) : [message ?? ""];

const cases = (message: Message): string[] =>
  typeof message === "object" ? Object.keys(message[0].match) : ["count=*"];

const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

const english = read(baseLocale);
const others = locales.filter((locale) => locale !== baseLocale);

/** Keys of the texts of a language that `isWrong` is true of. */
function keysOf(messages: Map<string, Message>, isWrong: (text: string) => boolean): string[] {
  return [...messages].filter(([, message]) => texts(message).some(isWrong)).map(([key]) => key);
}

/** Names, units and what only puts other texts together may be the same in other languages. */
const UNIVERSAL = new Set([
  "app_name",
  "seconds_short",
  "failure_in_full",
  "enrol_placeholder",
  "announce_failed",
  "clip_speed_value",
  "clip_key_skip",
  "clip_key_second",
  "rail_mark",
]);

it("has no message that nothing says", () => {
  const text = sources();
  const unused = [...english.keys()].filter((key) => !new RegExp(`\\bm\\.${key}\\b`).test(text));
  expect(unused).toEqual([]);
});

it.each(locales)("addresses nobody with typewriter apostrophes or dots (%s)", (locale) => {
  expect(keysOf(read(locale), (text) => /['"]|\.\.\./.test(text))).toEqual([]);
});

it.each(locales)("has a case for whatever number comes (%s)", (locale) => {
  const open = [...read(locale)].filter(
    ([, message]) => !cases(message).some((of) => of.endsWith("=*")),
  );
  expect(open.map(([key]) => key)).toEqual([]);
});

describe.each(others)("%s", (locale) => {
  const translated = read(locale);

  it("says all that English says, and nothing else", () => {
    expect([...translated.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("fills in what English fills in, in each case", () => {
    const differing = [...english].filter(([key, message]) => {
      const [expected = ""] = texts(message);
      const wanted = placeholders(expected).join();
      return texts(translated.get(key)).some((text) => placeholders(text).join() !== wanted);
    });
    expect(differing.map(([key]) => key)).toEqual([]);
  });

  it("leaves nothing in English", () => {
    const same = [...english].filter(
      ([key, message]) => JSON.stringify(message) === JSON.stringify(translated.get(key)),
    );
    expect(same.map(([key]) => key).filter((key) => !UNIVERSAL.has(key))).toEqual([]);
  });
});

it("opens a Spanish question or exclamation as well as it closes it", () => {
  const unopened = (text: string) =>
    count(text, "?") - count(text, "://enrol?") !== count(text, "¿") ||
    count(text, "!") !== count(text, "¡");
  expect(keysOf(read("es"), unopened)).toEqual([]);
});

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
