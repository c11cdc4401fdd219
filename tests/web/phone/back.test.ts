import { makePass } from "../pictures/guests.ts";
import { type AppWindow, expect, test } from "../window.ts";

const clip = "[data-testid=activity-item][data-clip-id=clip-lobby]";

const passOf = (app: AppWindow, id: string) =>
  app.page.locator(`[data-testid="pass-row"][data-pass-id="${id}"] a`);

test("going back closes a clip, and the list has the focus again", async ({ app }) => {
  await app.open("", "activity");
  await app.page.locator(clip).tap();
  await expect(app.find("clip-player")).toBeVisible();
  await app.page.goBack();
  await expect(app.find("clip-player")).toBeHidden();
  await expect(app.page.locator(clip)).toBeFocused();
});

test("a clip that was closed does not come back", async ({ app }) => {
  await app.open("");
  await app.find("nav-activity").tap();
  await app.page.locator(clip).tap();
  await app.find("clip-close").tap();
  await expect(app.find("clip-player")).toBeHidden();
  await app.page.goBack();
  await expect(app.find("view-doors")).toBeVisible();
});

test("a clip that a notification opened is left for the list, and then for where one was", async ({
  app,
}) => {
  await app.open("");
  await expect(app.door("main")).toBeVisible();
  await app.emit("open-clip", { clipId: "clip-lobby" });
  await app.find("clip-close").tap();
  await expect(app.page.locator(clip)).toBeVisible();
  await app.page.goBack();
  await expect(app.find("view-doors")).toBeVisible();
});

test("going back closes a question and leaves its page where it is", async ({ app }) => {
  await app.open("", "settings");
  await app.find("leave-building").tap();
  await expect(app.find("leave-confirm")).toBeVisible();
  await app.page.goBack();
  await expect(app.find("leave-confirm")).toBeHidden();
  await expect(app.find("leave-building")).toBeVisible();
  expect(await app.calls("forget")).toEqual([]);
});

test("a question that was answered takes no step of going back", async ({ app }) => {
  await app.open("");
  await app.find("nav-settings").tap();
  for (let times = 0; times < 2; times++) {
    await app.find("leave-building").tap();
    await expect(app.find("leave-confirm")).toBeVisible();
    await app.page.keyboard.press("Escape");
    await expect(app.find("leave-confirm")).toBeHidden();
  }
  await app.page.goBack();
  await expect(app.find("view-doors")).toBeVisible();
});

test("a pass that was put away does not come back", async ({ app }) => {
  await app.open("");
  await app.find("nav-guests").tap();
  await passOf(app, "pass-ines").tap();
  await app.find("pass-done").tap();
  await expect(app.find("pass")).toBeHidden();
  await app.page.goBack();
  await expect(app.find("view-doors")).toBeVisible();
});

test("going back closes a pass, and then leads to where one was", async ({ app }) => {
  await app.open("");
  await app.find("nav-guests").tap();
  await passOf(app, "pass-ines").tap();
  await expect(app.find("pass")).toBeVisible();
  await app.page.goBack();
  await expect(app.find("pass")).toBeHidden();
  await expect(app.find("view-guests")).toBeVisible();
  await app.page.goBack();
  await expect(app.find("view-doors")).toBeVisible();
});

test("going back from the question whether to revoke a pass asks it no more", async ({ app }) => {
  await app.open("", "guests");
  await app.find("pass-row-revoke").first().tap();
  await expect(app.find("pass-revoke-confirm")).toBeVisible();
  await app.page.goBack();
  await expect(app.find("pass")).toBeHidden();
  await passOf(app, "pass-ines").tap();
  await expect(app.find("pass-done")).toBeVisible();
});

test("a pass that was made leaves no step of going back behind", async ({ app }) => {
  await app.open("");
  await app.find("nav-guests").tap();
  await makePass(app, "Ines");
  await app.find("pass-done").tap();
  await expect(app.find("pass")).toBeHidden();
  await app.page.goBack();
  await expect(app.find("view-doors")).toBeVisible();
});
