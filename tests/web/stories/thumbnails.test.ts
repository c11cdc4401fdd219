import { expect, test } from "../window.ts";

test.use({ expectedErrors: { texts: [/Failed to load resource/] } });

const row = "[data-testid=activity-item][data-clip-id=clip-lobby]";

test("an entry shows its picture, in the list and on the first page", async ({ app }) => {
  // A phone's first page has no room for the latest entries.
  await app.page.setViewportSize({ width: 1440, height: 900 });
  for (const route of ["activity", "doors"]) {
    await app.open("", route);
    const picture = app.page.locator(row).getByTestId("thumbnail");
    await expect(picture).toHaveAttribute("data-state", "here");
    const width = () =>
      picture.locator("img").evaluate((img) => (img as HTMLImageElement).naturalWidth);
    await expect.poll(width).toBe(320);
  }
});

test("a row is as large before its picture as with it, and without", async ({ app }) => {
  let release: (() => void) | undefined;
  await app.page.route("**/clip/clip-lobby/thumbnail", async (route) => {
    await new Promise<void>((go) => (release = go));
    await route.continue();
  });
  await app.page.route("**/clip/clip-guest/thumbnail", (route) => route.fulfill({ status: 404 }));
  await app.open("", "activity");
  const picture = app.page.locator(row).getByTestId("thumbnail");
  await expect(picture).toHaveAttribute("data-state", "loading");
  const before = await app.page.locator(row).boundingBox();
  await expect.poll(() => release).toBeTruthy();
  release?.();
  await expect(picture).toHaveAttribute("data-state", "here");
  expect(await app.page.locator(row).boundingBox()).toEqual(before);
  const missing = app.page.locator("[data-clip-id=clip-guest]");
  await expect(missing.getByTestId("thumbnail")).toHaveAttribute("data-state", "missing");
  expect((await missing.boundingBox())?.height).toBe(before?.height);
});

test("the player shows the picture until the film is there", async ({ app }) => {
  await app.page.route("**/clip/clip-lobby/1-1", () => undefined);
  await app.open("", "activity/clip-lobby");
  await expect(app.find("clip-player")).toHaveAttribute("data-state", /loading|waiting/);
  await expect(app.find("clip-video")).toHaveAttribute("poster", /^blob:/);
});

test("a film that lacks something says so, in the list and in the player", async ({ app }) => {
  await app.open("mock=activity-troubled", "activity");
  const lines = app.find("activity-item");
  await expect(lines.nth(0)).toContainText("Video starts late");
  await expect(lines.nth(1)).toContainText("Video ends early");
  await expect(lines.nth(4)).toContainText("Not filmed");
  await lines.nth(0).click();
  await expect(app.find("clip-shortfall")).toHaveText(
    "Starts 4 s before the entry: the camera had only just started.",
  );
  await app.page.evaluate(() => (location.hash = "#/activity/clip-cut"));
  await expect(app.find("clip-shortfall")).toHaveText(
    "Ends 3 s after the entry: the camera stopped.",
  );
});
