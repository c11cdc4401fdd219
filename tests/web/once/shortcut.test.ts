import { type AppWindow, expect, test } from "../window.ts";

const record = (app: AppWindow) => app.find("shortcut-record");
const keys = (app: AppWindow) => app.find("shortcut-keys");

test("keys are chosen by pressing them, and removed again", async ({ app }) => {
  await app.open("", "settings");
  await expect(keys(app)).toHaveText("No keys");
  await record(app).click();
  await expect(record(app)).toHaveText("Press the keys now…");
  await app.page.keyboard.press("Control+Alt+u");
  await expect(keys(app)).toHaveText(/Ctrl\s*Alt\s*U/);
  await expect(app.find("announcer").first()).toContainText("Ctrl + Alt + U now opens");
  await app.find("shortcut-remove").click();
  await expect(keys(app)).toHaveText("No keys");
  expect(await app.calls("setShortcut")).toEqual([["Ctrl+Alt+KeyU"], [null]]);
});

test("Escape and Tab end the recording and change nothing", async ({ app }) => {
  await app.open("mock=shortcut-chosen", "settings");
  for (const key of ["Escape", "Tab"]) {
    await record(app).focus();
    await app.page.keyboard.press("Enter");
    await expect(record(app)).toHaveAttribute("aria-pressed", "true");
    await app.page.keyboard.press(key);
    await expect(record(app)).toHaveAttribute("aria-pressed", "false");
  }
  await expect(keys(app)).toHaveText(/Ctrl\s*Alt\s*U/);
  expect(await app.calls("setShortcut")).toEqual([]);
});

for (const [code, words] of [
  ["shortcut_taken", "Another program has these keys"],
  ["shortcut_unavailable", "On Wayland"],
  ["shortcut_unusable", "Hold Ctrl, Alt or Super"],
] as const) {
  test(`keys that end in ${code} say why, and the old ones stay`, async ({ app }) => {
    await app.open(`mock=shortcut-chosen&shortcut=${code}`, "settings");
    await record(app).click();
    await app.page.keyboard.press("Control+Alt+k");
    await expect(app.find("shortcut-failure")).toContainText(words);
    await expect(keys(app)).toHaveText(/Ctrl\s*Alt\s*U/);
  });
}
