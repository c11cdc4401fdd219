import { expect, test } from "../window.ts";
import { watch } from "../player.ts";

test("a clip is saved with its progress, and where it lies is said", async ({ app }) => {
  await watch(app);
  await app.find("clip-save").click();
  await expect(app.find("clip-export")).toHaveAttribute("data-state", "saved");
  await expect(app.find("clip-export")).toContainText(
    "/home/maya/Downloads/Package room 2026-05-12 18.31.07.mp4",
  );
  expect(await app.calls("exportClip")).toEqual([["clip-lobby"]]);
  await app.expectAccessible();
});

test("while a clip is saved its button is busy and the bar shows how much is done", async ({
  app,
}) => {
  await watch(app, "mock=clip-saving");
  await app.find("clip-save").click();
  await expect(app.find("clip-save-progress")).toHaveJSProperty("value", 4);
  await expect(app.find("clip-save-progress")).toHaveJSProperty("max", 8);
  await app.find("clip-save").click({ force: true });
  expect(await app.calls("exportClip")).toHaveLength(1);
  await app.expectAccessible();
  await app.expectRoomForThumbs();
});

test("who leaves a clip while it is saved hears when it is, and finds where it lies", async ({ app }) => {
  await watch(app, "pace=200");
  await app.find("clip-save").click();
  await expect(app.find("clip-save-progress")).toBeVisible();
  await app.page.keyboard.press("Escape");
  await expect(app.find("clip-export")).toHaveCount(0);
  await expect(app.find("announcer")).toHaveText("Video saved");
  await app.page.locator("[data-testid=activity-item][data-clip-id=clip-lobby]").click();
  await expect(app.find("clip-export")).toHaveAttribute("data-state", "saved");
  expect(await app.calls("exportClip")).toHaveLength(1);
});

test("a clip that was saved before is not written over, and the person is told what to do", async ({
  app,
}) => {
  await watch(app, "export=export_exists");
  await app.find("clip-save").click();
  const failed = app.find("clip-export");
  await expect(failed).toHaveAttribute("data-state", "failed");
  await expect(failed).toContainText("Move or rename that one");
  await expect(failed.getByRole("button")).toHaveCount(0);
});

test("a disk without room can be tried again", async ({ app }) => {
  await watch(app, "export=export_failed");
  await app.find("clip-save").click();
  await app.find("clip-export").getByRole("button", { name: "Try again" }).click();
  await expect.poll(async () => (await app.calls("exportClip")).length).toBe(2);
});

test("a clip that is still filmed is not offered for saving", async ({ app }) => {
  await watch(app, "mock=clip-halfway", "clip-live");
  await expect(app.find("clip-save")).toHaveCount(0);
});
