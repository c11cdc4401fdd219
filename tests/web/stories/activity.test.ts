import { expect, NOW, test } from "../window.ts";

const visit = (state: string) => ({
  id: "item-2000",
  cursor: 2000,
  atMs: NOW.getTime(),
  doorId: "door-main",
  doorName: "Main entrance",
  inPackageRoom: false,
  kind: {
    type: "entry",
    class: "courier",
    carrier: "Pigeon Express",
    driver: null,
    guest: null,
    pass: null,
    byKeypad: false,
  },
  clip: { id: "clip-new", state, shortfall: null, held: false },
  thumbnail: false,
  unfilmed: false,
});

test("a courier who comes in now is at the top, announced, and watchable once filmed", async ({
  app,
}) => {
  await app.open("", "activity");
  await expect(app.find("activity-item").first()).toContainText("Swiftpost");
  await app.emit("activity-added", visit("recording"));
  const newest = app.find("activity-item").first();
  await expect(newest).toContainText("Pigeon Express");
  await expect(newest).toContainText("Being filmed");
  await expect(app.find("announcer")).toHaveText("New: Pigeon Express, Main entrance");
  await app.emit("activity-changed", visit("ready"));
  await expect(newest).toContainText("Watch");
  await expect(app.page.locator("[data-clip-id=clip-new]")).toHaveCount(1);
});

test("a door that is forced open is at the top, announced, and has no video to watch", async ({
  app,
}) => {
  await app.open("", "activity");
  await expect(app.find("activity-item").first()).toContainText("Swiftpost");
  const kind = { type: "alert", alert: { type: "forced" } };
  await app.emit("activity-added", { ...visit("ready"), kind, clip: null });
  const newest = app.page.locator("[data-testid=activity-item][data-kind=forced]");
  await expect(newest).toContainText("It opened although nobody was let in");
  await expect(newest).not.toContainText(/Watch|No video/);
  await expect(app.find("announcer")).toHaveText("New: Forced open, Main entrance");
});

test("own unlocks are kept apart as only on this device", async ({ app }) => {
  await app.open("", "activity");
  const own = app.page.locator("[data-testid=activity-item][data-kind=own]").first();
  await expect(own).toContainText("You");
  await expect(own).toContainText("Only on this device");
});

test("ten thousand entries scroll without being on the page", async ({ app }) => {
  await app.open("mock=activity-long", "activity");
  await expect(app.find("activity-item").first()).toBeVisible();
  const list = app.page.getByRole("list", { name: "Activity, newest first" });
  for (let page = 1; page <= 12; page += 1) {
    await expect
      .poll(async () => {
        await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
        return (await app.calls("activity")).length;
      })
      .toBeGreaterThan(page);
  }
  expect(await app.find("activity-item").count()).toBeLessThan(60);
});

test("a list that did not load can be loaded again", async ({ app }) => {
  await app.open("mock=activity-failed", "activity");
  await expect(app.find("activity-failed")).toBeVisible();
  await app.page.getByRole("button", { name: "Try again" }).click();
  await expect.poll(async () => (await app.calls("activity")).length).toBe(2);
});

test("a window that stays open past midnight tells yesterday from today", async ({ app }) => {
  await app.page.clock.install({ time: NOW });
  await app.open("", "activity");
  const newest = app.page.getByRole("heading", { level: 2 }).first();
  await expect(newest).toHaveText("Today");
  await app.page.clock.fastForward("06:00:00");
  await expect(newest).toHaveText("Yesterday");
});

test("a window that comes back after a night tells yesterday from today", async ({ app }) => {
  await app.page.clock.setFixedTime(NOW);
  await app.open("", "activity");
  const newest = app.page.getByRole("heading", { level: 2 }).first();
  await expect(newest).toHaveText("Today");
  await app.page.clock.setFixedTime(NOW.getTime() + 6 * 3_600_000);
  await app.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await expect(newest).toHaveText("Yesterday");
});

test("a clicked notification opens the clip from any page", async ({ app }) => {
  await app.open("", "settings");
  await expect(app.find("view-settings")).toBeVisible();
  await app.emit("open-clip", { clipId: "clip-lobby" });
  await expect(app.find("clip-player")).toHaveAttribute("data-clip-id", "clip-lobby");
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "playing");
});
