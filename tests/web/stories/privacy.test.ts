import { tabTo } from "../keys.ts";
import { type AppWindow, expect, NOW, test } from "../window.ts";

async function open(app: AppWindow, query = ""): Promise<void> {
  await app.page.clock.setFixedTime(NOW);
  await app.open(query, "privacy");
  await expect(app.find("view-privacy")).toBeVisible();
}

test("the page is one step from the settings and from the activity", async ({ app }) => {
  await app.open("", "settings");
  await app.find("privacy-link").click();
  await expect(app.find("view-privacy")).toBeVisible();
  await expect(app.find("nav-settings")).toHaveAttribute("aria-current", "page");
  await app.find("privacy-back").click();
  await expect(app.find("view-settings")).toBeVisible();
  await app.find("nav-activity").click();
  await app.find("privacy-link").click();
  await expect(app.page.getByRole("heading", { level: 1 })).toHaveText("Privacy");
});

test("numbers are the server's own", async ({ app }) => {
  await open(app);
  await expect(app.find("privacy-kept")).toContainText("3 days");
  await expect(app.find("privacy-kept")).toContainText("20 GB");
  await expect(app.find("privacy-kept")).toContainText("1 at your doors now");
  await expect(app.find("privacy-door").first()).toContainText("All residents: 41 devices");
  await expect(app.find("privacy-door").last()).toContainText("has no camera");
  await open(app, "mock=privacy-strangers");
  await expect(app.find("privacy-kept")).toContainText("36 hours");
  await expect(app.find("privacy-strangers")).toContainText("Main entrance: 1 device");
});

test("own watches have their time, and others are counted by the day", async ({ app }) => {
  await open(app);
  const watched = app.find("privacy-watched");
  await expect(watched).toContainText("You, on this device");
  await expect(watched).toContainText("18:39, going on");
  await expect(watched).toContainText("You, on Ada’s phone");
  await expect(watched.getByText("Other residents, 5 times").locator("..")).not.toContainText(":");
  await expect(watched.getByRole("heading", { level: 3 })).toHaveCount(4);
  await app.find("privacy-watched-more").click();
  await expect(watched.getByRole("heading", { level: 3 })).toHaveCount(6);
  await expect(app.find("privacy-watched-more")).toHaveCount(0);
  expect(await app.calls("watched")).toEqual([[null], ["2026-05-08"]]);
});

test.describe("on a device that is elsewhere", () => {
  test.use({ timezoneId: "Asia/Tokyo" });

  test("watches have the time by the building's clock, as their days are", async ({ app }) => {
    await open(app);
    await expect(app.find("privacy-watched")).toContainText("18:39, going on");
  });
});

test("a device is removed after it was asked about, and the list says so", async ({ app }) => {
  await open(app);
  const devices = app.find("privacy-device");
  await expect(devices).toHaveCount(3);
  await expect(devices.first()).toContainText("This device");
  await expect(devices.first().getByRole("button")).toHaveCount(0);
  await app.page.getByRole("button", { name: "Remove Ada’s phone" }).click();
  const dialog = app.page.getByRole("dialog");
  await expect(dialog).toContainText("after 7 days at the latest");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(await app.calls("removeDevice")).toEqual([]);
  await app.page.getByRole("button", { name: "Remove Ada’s phone" }).click();
  await app.find("privacy-device-confirm").click();
  await expect(devices).toHaveCount(2);
  await expect(app.find("privacy-devices")).toBeFocused();
  expect(await app.calls("removeDevice")).toEqual([["device-phone"]]);
});

test("a device that is no longer there is said to be so", async ({ app }) => {
  await open(app, "remove=device_unknown");
  await app.page.getByRole("button", { name: "Remove Ada’s phone" }).click();
  await app.find("privacy-device-confirm").click();
  await expect(app.page.getByRole("alert")).toContainText("You have no such device");
});

test("the data is saved as a file, or it is said why not", async ({ app }) => {
  await open(app);
  await app.find("privacy-save").click();
  await expect(app.find("privacy-saved")).toContainText("Linden House 2026-05-12 18.42.00.json");
  await open(app, "save-mine=export_failed");
  await app.find("privacy-save").click();
  await expect(app.find("privacy-save-failed")).toContainText("Make room");
});

test("the own list is deleted, and what visitors did stays", async ({ app }) => {
  await app.open("", "activity");
  await expect(app.find("activity-item").getByText("You", { exact: true })).not.toHaveCount(0);
  await app.find("privacy-link").click();
  await app.find("privacy-clear").click();
  await app.find("privacy-clear-confirm").click();
  await expect(app.page.getByRole("dialog")).toHaveCount(0);
  await app.find("nav-activity").click();
  await expect(app.find("activity-item").getByText("Swiftpost").first()).toBeVisible();
  await expect(app.find("activity-item").getByText("You", { exact: true })).toHaveCount(0);
});

test("whom the building forgets has left it", async ({ app }) => {
  await open(app);
  await app.find("privacy-forget").click();
  await expect(app.page.getByRole("dialog")).toContainText("None of your devices opens");
  await app.find("privacy-forget-confirm").click();
  await expect(app.find("invite-input")).toBeVisible();
  expect(await app.calls("forgetEverywhere")).toHaveLength(1);
});

test("where the log names residents, it is said that the name stays", async ({ app }) => {
  await open(app, "mock=named-records");
  await app.find("privacy-forget").click();
  await app.find("privacy-forget-confirm").click();
  await expect(app.find("invite-input")).toBeVisible();
  await expect(app.find("announcer")).toContainText("Linden House keeps your name");
});

test("without the server nobody is forgotten, and the page says what it can", async ({ app }) => {
  await open(app, "mock=offline");
  await expect(app.find("privacy-offline")).toBeVisible();
  await expect(app.page.getByText("That a resident came in")).toBeVisible();
  await app.find("privacy-forget").click();
  await app.find("privacy-forget-confirm").click();
  await expect(app.page.getByRole("alert")).toContainText("does not answer");
  await app.page.keyboard.press("Escape");
  await expect(app.find("view-privacy")).toBeVisible();
  await app.find("privacy-watchers").getByRole("button", { name: "Try again" }).click();
  await expect.poll(async () => (await app.calls("privacyPolicy")).length).toBe(2);
  await app.find("privacy-forget").click();
  await expect(app.find("privacy-forget-confirm")).toBeVisible();
  await expect(app.page.getByRole("dialog").getByRole("alert")).toHaveCount(0);
});

test("by keyboard alone: from the settings to removing a device and back", async ({ app }) => {
  const { page } = app;
  await app.open("", "settings");
  await app.find("privacy-link").focus();
  await page.keyboard.press("Enter");
  await expect(app.find("privacy-device")).toHaveCount(3);
  await tabTo(app, "privacy-device-remove");
  await expect(page.locator(":focus")).toHaveCSS("outline-style", "solid");
  await expect(page.locator(":focus")).toHaveAccessibleName("Remove Ada’s phone");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.locator(":focus")).toHaveAccessibleName("Remove Ada’s phone");
});
