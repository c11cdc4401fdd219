import { Keys } from "../keys.ts";
import { type AppWindow, expect, test as base } from "../window.ts";

const test = base.extend<{ keys: Keys }>({
  keys: async ({ app }, use) => use(new Keys(app)),
});

const INVITE = "vestibule://enrol?hub=https://hub.linden.example&key=q83v&code=7F3K";

const unlocking = (app: AppWindow, state: string) =>
  expect(app.door("main").getByTestId("unlock-state")).toHaveAttribute("data-state", state);

test("enrol", async ({ app, keys }) => {
  await app.open("mock=not-enrolled");
  await keys.to("invite-input");
  await keys.write("https://example.org");
  await expect(app.page.locator("#invite-error")).toBeVisible();
  await keys.press("Control+a");
  await keys.write(INVITE);
  await keys.to("enrol-button");
  await keys.press("Enter");
  await expect(app.find("view-doors")).toBeVisible();
});

test("unlock a door that is near", async ({ app, keys }) => {
  await app.open("unlock=unlocked");
  await keys.to("unlock-button", "main");
  await keys.press("Space");
  await unlocking(app, "unlocked");
  await keys.at("unlock-button");
});

test("be refused, and go on", async ({ app, keys }) => {
  await app.open("unlock=Revoked");
  await keys.to("unlock-button", "main");
  await keys.press("Enter");
  await expect(app.door("main").getByTestId("unlock-failure")).toBeVisible();
  await keys.at("unlock-button");
  await keys.press("Enter");
  await unlocking(app, "idle");
  await keys.at("unlock-button");
});

test("open a door from afar, after a second thought", async ({ app, keys }) => {
  await app.open("mock=doors-away&unlock=unlocked");
  await keys.to("remote-hold", "main");
  await keys.press("Enter");
  await keys.at("remote-hold-confirm");
  await keys.press("Shift+Tab");
  await keys.at("remote-hold-cancel");
  await keys.press("Enter");
  await keys.at("remote-hold");
  expect(await app.calls("unlockRemotely")).toEqual([]);
  await keys.press("Enter");
  await keys.at("remote-hold-confirm");
  // Two presses in a row are no answer.
  await app.page.waitForTimeout(450);
  await keys.press("Enter");
  await unlocking(app, "unlocked");
  await keys.at("unlock-button");
});

test("watch the film of a delivery, and come back to it", async ({ app, keys }) => {
  await app.open("");
  await keys.to("nav-activity");
  await keys.press("Enter");
  await expect(app.find("activity-item").first()).toBeVisible();
  for (let row = 0; row < 2; row += 1) await keys.to("activity-item");
  await keys.press("Enter");
  const player = app.find("clip-player");
  await expect(player).toHaveAttribute("data-clip-id", "clip-lobby");
  await expect(player).toHaveAttribute("data-state", "playing");
  await keys.press("k");
  await expect(player).toHaveAttribute("data-state", "paused");
  await keys.press("e");
  await expect(app.find("clip-scrubber")).toHaveAttribute("aria-valuetext", /entry/);
  await keys.press("Escape");
  await expect(player).toHaveCount(0);
  await expect(app.page.locator(":focus")).toHaveAttribute("data-clip-id", "clip-lobby");
});

test("watch a door live, and come back to it", async ({ app, keys }) => {
  await app.open("");
  await keys.to("live-link", "parcels");
  await keys.press("Enter");
  await expect(app.find("view-live")).toHaveAttribute("data-state", "live");
  await keys.to("live-stop");
  await keys.press("Enter");
  await expect(app.find("live-ended")).toBeVisible();
  await keys.press("Escape");
  await expect(app.find("view-doors")).toBeVisible();
  await keys.at("live-link");
  await expect(app.door("parcels").getByTestId("live-link")).toBeFocused();
});

test("open a door without the building's server", async ({ app, keys }) => {
  await app.open("mock=offline&unlock=unlocked");
  await keys.to("unlock-button", "main");
  await keys.press("Enter");
  await unlocking(app, "unlocked");
});

test("settle how the app looks and speaks", async ({ app, keys }) => {
  const radio = (name: string) => app.page.getByRole("radio", { name });
  await app.open("");
  await keys.to("nav-settings");
  await keys.press("Enter");
  await expect(app.find("view-settings")).toBeVisible();
  const focusedRadio = () => app.page.locator(":focus[type=radio]").count();
  while ((await focusedRadio()) === 0) await keys.press("Tab");
  await keys.press("ArrowRight");
  await expect(radio("Light")).toBeChecked();
  await expect(radio("Light")).toBeFocused();
  await keys.press("Tab");
  await keys.press("ArrowLeft");
  await expect(radio("Español")).toBeChecked();
  await expect(app.page.locator("html")).toHaveAttribute("lang", "es");
});

test("find an entry, find nothing, and have everything again", async ({ app, keys }) => {
  await app.open("", "activity");
  await expect(app.find("activity-item").first()).toBeVisible();
  await keys.to("activity-search");
  await keys.write("pigeon");
  await expect(app.find("activity-item")).toHaveCount(2);
  await keys.to("activity-search-clear");
  await keys.to("activity-who");
  await keys.press("g");
  await expect(app.find("activity-who")).toHaveValue("guest");
  await expect(app.find("activity-none")).toBeVisible();
  await keys.to("activity-show-all");
  await keys.press("Enter");
  await keys.at("activity-search");
  await expect(app.find("activity-item").nth(5)).toBeVisible();
  await keys.write("vale");
  await expect(app.find("activity-item")).toHaveCount(1);
  await keys.press("Escape");
  await expect(app.find("activity-search")).toHaveValue("");
  await keys.at("activity-search");
});

test("go through ten thousand entries to the last", async ({ app, keys }) => {
  test.setTimeout(150_000);
  await app.open("mock=activity-long&pace=0", "activity");
  const items = app.find("activity-item");
  await expect(items.first()).toBeVisible();
  const list = app.page.getByRole("list", { name: "Activity, newest first" });
  while (!(await list.evaluate((element) => element === document.activeElement))) {
    await keys.press("Tab");
  }
  await expect(async () => {
    await keys.press("End");
    const oldest = app.page.locator("[data-testid=activity-item][data-cursor='1']");
    await expect(oldest).toBeVisible({ timeout: 50 });
  }).toPass({ timeout: 120_000, intervals: [20] });
  expect(await items.count()).toBeLessThan(60);
  await keys.press("Home");
  await expect(app.page.locator("[data-testid=activity-item][data-cursor='10000']")).toBeVisible();
});

test("leave the building, after a second thought", async ({ app, keys }) => {
  await app.open("", "settings");
  const dialog = app.page.getByRole("dialog");
  await keys.to("leave-building");
  await keys.press("Enter");
  await expect(dialog).toBeVisible();
  for (let press = 0; press < 4; press += 1) {
    await keys.press("Tab");
    await expect(dialog.locator(":focus")).toHaveCount(1);
  }
  await keys.press("Escape");
  await expect(dialog).toHaveCount(0);
  await keys.at("leave-building");
  await keys.press("Enter");
  await keys.to("leave-confirm");
  await keys.press("Enter");
  await expect(app.find("invite-input")).toBeVisible();
});
