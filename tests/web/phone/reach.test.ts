import { expect, test } from "../window.ts";

test("the control is within a thumb's reach", async ({ app }) => {
  await app.open("");
  const box = await app.door("main").getByTestId("unlock-button").boundingBox();
  const height = app.page.viewportSize()?.height ?? 0;
  expect((box?.y ?? 0) + (box?.height ?? 0) / 2).toBeGreaterThan(height / 2);
});

test("closing a clip on a phone gives the focus back to its row", async ({ app }) => {
  await app.open("", "activity");
  const row = app.page.locator("[data-testid=activity-item][data-clip-id=clip-lobby]");
  await row.click();
  await expect(app.find("clip-player")).toBeFocused();
  await app.page.keyboard.press("Escape");
  await expect(row).toBeFocused();
});
