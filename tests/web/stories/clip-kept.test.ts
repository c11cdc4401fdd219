import { watch } from "../player.ts";
import { expect, test } from "../window.ts";

test("a clip that the building holds says so", async ({ app }) => {
  await watch(app, "mock=activity-troubled", "clip-held");
  await expect(app.find("clip-held")).toHaveText("Kept by your building until it is released");
  await app.open("mock=activity-troubled", "activity/clip-cut");
  await expect(app.find("clip-shortfall")).toBeVisible();
  await expect(app.find("clip-held")).toHaveCount(0);
});

test("a clip that gave way for want of room says so, in the list and where it would play", async ({
  app,
}) => {
  await app.open("mock=activity-troubled&clip=clip_gone", "activity/clip-no-room");
  await expect(app.find("clip-gave-way")).toContainText("The building’s hub ran out of room");
  await expect(app.find("clip-gave-way")).toContainText("make room for newer ones");
  await app.open("mock=activity-troubled", "activity");
  const row = app.page.locator('[data-testid="activity-item"][data-clip-id="clip-no-room"]');
  await expect(row).toContainText("The building’s hub ran out of room");
});
