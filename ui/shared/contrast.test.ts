import { readFileSync } from "node:fs";
import Color from "colorjs.io";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

type Tokens = ReadonlyMap<string, string>;

function declared(block: RegExp): [string, string][] {
  const body = block.exec(css)?.[1];
  if (body === undefined) throw new Error(`tokens.css has no ${block.source}`);
  return [...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name = "", value = ""]) => [
    name,
    value.trim(),
  ]);
}

const usual = declared(/:root \{([\s\S]*?)\n\}/);
const more = declared(/prefers-contrast: more\) \{\s*:root \{([\s\S]*?)\n {2}\}/);

const contrasts: { name: string; tokens: Tokens; text: number; other: number }[] = [
  { name: "usual", tokens: new Map(usual), text: 4.5, other: 3 },
  { name: "more", tokens: new Map([...usual, ...more]), text: 7, other: 4.5 },
];

/** What is read, and what it is read on. */
const TEXT: [string, string[]][] = [
  ["ink", ["bg", "surface", "surface-raised", "surface-sunken", "lit-wash"]],
  ["ink-soft", ["bg", "surface", "surface-raised", "surface-sunken", "lit-wash"]],
  ["primary", ["bg", "surface", "surface-raised"]],
  ["on-primary", ["primary", "primary-hover"]],
  ["on-primary-soft", ["primary-soft"]],
  ["on-leaf", ["leaf", "leaf-hover"]],
  ["on-lit", ["lit"]],
  ["danger", ["bg", "surface", "surface-raised"]],
  ["on-danger", ["danger"]],
  ["on-danger-soft", ["danger-soft"]],
  ["warn", ["bg", "surface", "surface-raised"]],
  ["on-warn-soft", ["warn-soft"]],
];

/** What has to be seen without being read: the edges of controls, the focus, and what tells a state. */
const OTHER: [string, string[]][] = [
  ["line-control", ["bg", "surface", "surface-raised"]],
  ["focus", ["bg", "surface", "surface-raised", "surface-sunken"]],
  ["lit-strong", ["bg", "surface", "surface-raised"]],
  ["primary", ["surface-sunken"]],
];

function color(tokens: Tokens, name: string, theme: "light" | "dark"): Color {
  const value = tokens.get(name);
  if (value === undefined) throw new Error(`There is no --${name}.`);
  const alias = /^var\(--([\w-]+)\)$/.exec(value)?.[1];
  if (alias !== undefined) return color(tokens, alias, theme);
  const themes = /^light-dark\((oklch\([^)]*\)), (oklch\([^)]*\))\)$/.exec(value);
  return new Color(themes?.[theme === "light" ? 1 : 2] ?? value).to("srgb").toGamut();
}

for (const { name, tokens, text, other } of contrasts) {
  describe.each(["light", "dark"] as const)(`%s, ${name} contrast`, (theme) => {
    const ratio = (front: string, back: string) =>
      color(tokens, front, theme).contrastWCAG21(color(tokens, back, theme));
    const pairs = (all: [string, string[]][]) =>
      all.flatMap(([front, backs]) => backs.map((back) => [front, back] as const));

    it.each(pairs(TEXT))(`%s can be read on %s`, (front, back) => {
      expect(ratio(front, back)).toBeGreaterThanOrEqual(text);
    });

    it.each(pairs(OTHER))(`%s can be seen on %s`, (front, back) => {
      expect(ratio(front, back)).toBeGreaterThanOrEqual(other);
    });
  });
}
