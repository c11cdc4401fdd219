import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";

const ui = fileURLToPath(new URL("../../../ui", import.meta.url));

test("the app's own bundle has no mock, no address of a server and nothing inline", () => {
  const folder = mkdtempSync(join(tmpdir(), "vestibule-ui-"));
  try {
    execFileSync("npx", ["vite", "build", "--outDir", folder, "--emptyOutDir"], { cwd: ui });
    const scripts = readdirSync(join(folder, "assets"))
      .filter((name) => name.endsWith(".js"))
      .map((name) => readFileSync(join(folder, "assets", name), "utf8"))
      .join("\n");
    expect(scripts).toContain("plugin:event|listen");
    expect(scripts).not.toContain("Linden House");
    expect(scripts).not.toContain("vestibuleMock");
    const page = readFileSync(join(folder, "index.html"), "utf8");
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|https?:/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
