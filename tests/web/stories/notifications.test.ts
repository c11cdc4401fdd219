import { type AppWindow, expect, test } from "../window.ts";

interface Preferences {
  notifications: Record<string, unknown>;
}

const kind = (app: AppWindow, name: string) => app.page.getByRole("switch", { name });

async function chosen(app: AppWindow): Promise<Record<string, unknown> | undefined> {
  const [preferences] = (await app.calls("setPreferences")).at(-1) as [Preferences];
  return preferences.notifications;
}

test("each kind is switched off alone, and stays so when the app starts again", async ({ app }) => {
  await app.open("", "settings");
  await expect(kind(app, "Deliveries")).toBeChecked();
  await kind(app, "Guests").focus();
  await app.page.keyboard.press("Space");
  await expect(kind(app, "Guests")).not.toBeChecked();
  expect(await chosen(app)).toMatchObject({ guests: false, deliveries: true, lockdowns: true });
  await app.page.reload();
  await expect(kind(app, "Guests")).not.toBeChecked();
  await expect(kind(app, "Deliveries")).toBeChecked();
});

test("a choice that cannot be kept goes back to what it was, which is said", async ({ app }) => {
  await app.open("", "settings");
  await expect(kind(app, "Guests")).toBeChecked();
  await app.page.evaluate(() => {
    window.vestibuleMock.setPreferences = () => Promise.reject(new Error("Nothing can be written."));
  });
  await kind(app, "Guests").click();
  await expect(app.find("notification-settings").getByRole("alert")).toBeVisible();
  await expect(kind(app, "Guests")).toBeChecked();
});

test("a language that cannot be kept goes back to what it was, which is said", async ({ app }) => {
  await app.open("", "settings");
  await app.page.evaluate(() => {
    window.vestibuleMock.setPreferences = () => Promise.reject(new Error("Nothing can be written."));
  });
  await app.find("language").getByText("Español").click();
  await expect(app.page.getByRole("alert")).toBeVisible();
  await expect(app.page.getByRole("radio", { name: "Español" })).not.toBeChecked();
});

test("a no that cannot be kept leaves the question about the login, which says so", async ({ app }) => {
  await app.open("mock=login-start-asking");
  await expect(app.find("ask-login-start")).toBeVisible();
  await app.page.evaluate(() => {
    window.vestibuleMock.setPreferences = () => Promise.reject(new Error("Nothing can be written."));
  });
  await app.find("ask-login-start").getByRole("button", { name: "Not now" }).click();
  await expect(app.find("ask-login-start").getByRole("alert")).toBeVisible();
});

test("a click on the words of a switch switches it", async ({ app }) => {
  await app.open("", "settings");
  await app.page.getByText("Show who came. Whoever sees your screen sees it too.").click();
  await expect(kind(app, "Pictures")).not.toBeChecked();
  expect(await chosen(app)).toMatchObject({ pictures: false });
});

test("quiet hours say until when, over midnight, within a day and always", async ({ app }) => {
  await app.open("", "settings");
  const times = app.find("quiet-hours-times");
  await expect(times).toHaveCount(0);
  await kind(app, "Quiet hours").click();
  await expect(times).toContainText("Quiet every night from 22:00 to 7:00 the next day.");
  await times.getByLabel("From").fill("13:00");
  await times.getByLabel("Until").fill("15:30");
  await times.getByLabel("Until").blur();
  await expect(times).toContainText("Quiet every day from 13:00 to 15:30.");
  expect(await chosen(app)).toMatchObject({ quietHours: { on: true, fromMin: 780, toMin: 930 } });
  await times.getByLabel("From").fill("15:30");
  await times.getByLabel("From").blur();
  await expect(times).toContainText("Quiet all day and all night.");
  await expect(app.find("notification-settings")).toContainText(
    "Only doors forced or left open, and lockdowns, still notify you.",
  );
});

test("a door is silenced and speaks again", async ({ app }) => {
  await app.open("", "settings");
  const doors = app.find("notifying-doors");
  await expect(doors.locator("summary")).toContainText("All");
  await doors.locator("summary").click();
  await kind(app, "Apartment 3B").click();
  await expect(doors.locator("summary")).toContainText("2 of 3");
  expect(await chosen(app)).toMatchObject({ silentDoors: ["door-flat"] });
  await kind(app, "Apartment 3B").click();
  await expect(doors.locator("summary")).toContainText("All");
  expect(await chosen(app)).toMatchObject({ silentDoors: [] });
});

test("where nothing shows notifications, the settings say so and what to do", async ({ app }) => {
  await app.open("mock=notifications-missing", "settings");
  await expect(app.find("notifications-missing")).toContainText("look into Activity");
});

test("a notification of several deliveries opens the list", async ({ app }) => {
  await app.open("mock=deliveries", "settings");
  await expect(app.find("view-settings")).toBeVisible();
  await app.emit("open-activity", null);
  await expect(app.find("view-activity")).toBeVisible();
});
