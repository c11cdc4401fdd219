import { pause, player, positionMs, watch } from "../player.ts";
import { expect, test } from "../window.ts";

test.use({ expectedErrors: { texts: [/Failed to load resource/] } });

const reaches = (app: Parameters<typeof watch>[0]) =>
  app.find("clip-scrubber").evaluate((input) => Number((input as HTMLInputElement).max));

test("an entry is watched while it is filmed, grows, and is verified when it is over", async ({
  app,
}) => {
  await watch(app, "", "clip-live");
  await expect(app.find("clip-badge")).toHaveText(/Being filmed now/);
  await expect(player(app)).toHaveAttribute("data-verified", "false");
  const first = await reaches(app);
  await expect.poll(() => reaches(app)).toBeGreaterThan(first);
  await app.find("clip-now").click();
  await expect.poll(() => positionMs(app)).toBeGreaterThan(first - 2500);
  await expect(app.find("clip-badge")).toHaveAttribute("data-state", "verified", {
    timeout: 40_000,
  });
  await expect(player(app)).toHaveAttribute("data-verified", "true");
  await expect(app.find("clip-now")).toHaveCount(0);
  expect(await reaches(app)).toBe(20_000);
  await app.page.keyboard.press("End");
  await expect(player(app)).toHaveAttribute("data-state", "ended");
});

test("the End key goes to what is being filmed now, and on with it", async ({ app }) => {
  await watch(app, "mock=clip-halfway", "clip-live");
  await pause(app);
  await app.page.keyboard.press("End");
  await expect(player(app)).toHaveAttribute("data-state", /playing|waiting/);
  await expect.poll(() => positionMs(app)).toBeGreaterThanOrEqual(10_500);
});

test("what is there plays on while the building's server is away, and grows after", async ({
  app,
}) => {
  await watch(app, "", "clip-live");
  await app.page.route("**/clip/clip-lobby/timeline.json", (route) => route.abort());
  const asked = async () => (await app.calls("clipTimeline")).length;
  const before = await asked();
  await expect.poll(asked).toBeGreaterThan(before + 1);
  const held = await reaches(app);
  await expect(player(app)).toHaveAttribute("data-state", /playing|waiting/);
  await expect(app.find("clip-badge")).toHaveAttribute("data-state", "filming");
  await app.page.unroute("**/clip/clip-lobby/timeline.json");
  await expect.poll(() => reaches(app)).toBeGreaterThan(held);
});

test("a film of which nothing has come yet starts when it has", async ({ app }) => {
  await app.page.route("**/clip/clip-lobby/timeline.json", (route) =>
    route.fulfill({
      status: 404,
      json: { code: "clip_unavailable", retryable: true },
    }),
  );
  await app.open("", "activity/clip-live");
  await expect(app.find("clip-filming")).toBeVisible();
  await app.page.unroute("**/clip/clip-lobby/timeline.json");
  await expect(player(app)).toHaveAttribute("data-state", "playing");
});
