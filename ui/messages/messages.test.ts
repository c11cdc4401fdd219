import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import english from "./en.json";

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

const keys = Object.keys(english).filter((key) => key !== "$schema");

it("has no message that nothing says", () => {
  const text = sources();
  const unused = keys.filter((key) => !new RegExp(`\\bm\\.${key}\\b`).test(text));
  expect(unused).toEqual([]);
});

it("addresses nobody with typewriter apostrophes or dots", () => {
  const rough = Object.values(english).filter((text) => /'|\.\.\./.test(text));
  expect(rough).toEqual([]);
});
