import { tabTo } from "../keys.ts";
import { expect, test } from "../window.ts";

const INVITE = "vestibule://enrol?hub=https://hub.linden.example&key=q83v&code=7F3K";

test("the whole story goes by keyboard alone: enrol, unlock, watch, leave", async ({ app }) => {
  const { page } = app;
  const { keyboard } = page;

  await app.open("mock=not-enrolled&unlock=unlocked");
  await expect(app.find("invite-input")).toBeVisible();
  await tabTo(app, "invite-input");
  await keyboard.insertText(INVITE);
  await keyboard.press("Enter");
  await expect(app.door("main")).toBeVisible();

  await tabTo(app, "unlock-button");
  await expect(page.locator(":focus")).toHaveCSS("outline-style", "solid");
  await keyboard.press("Enter");
  const door = page.locator("[data-testid=door-card]:has(:focus)");
  await expect(door.getByTestId("unlock-state")).toHaveAttribute("data-state", "unlocked");

  await tabTo(app, "nav-activity");
  await keyboard.press("Enter");
  await expect(app.find("view-activity")).toBeVisible();
  await page.locator("[data-testid=activity-item][data-clip-id=clip-lobby]").focus();
  await keyboard.press("Enter");
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "playing");
  await keyboard.press("k");
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "paused");

  await tabTo(app, "nav-settings");
  await keyboard.press("Enter");
  await expect(app.find("view-settings")).toBeVisible();
  await tabTo(app, "leave-building");
  await keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(app.find("leave-building")).toBeFocused();
});

test("the chosen appearance wins over the system's and lasts", async ({ app }) => {
  await app.open("", "settings");
  const background = () => app.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await app.page.getByText("Dark", { exact: true }).click();
  const dark = await background();
  await app.page.getByText("Light", { exact: true }).click();
  const light = await background();
  expect(dark).not.toBe(light);
  await app.page.reload();
  await expect(app.page.getByRole("radio", { name: "Light" })).toBeChecked();
  expect(await background()).toBe(light);
});
