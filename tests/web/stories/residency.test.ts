import { expect, test } from "../window.ts";

const question = "ask-login-start";

test.describe("whether the app starts at login", () => {
  test("is asked once, and a no tells the system nothing", async ({ app }) => {
    await app.open("mock=login-start-asking");
    await expect(app.find(question)).toContainText("Start Vestibule when you log in?");
    await app.find(question).getByRole("button", { name: "Not now" }).click();
    await expect(app.find(question)).toBeHidden();
    expect(await app.calls("setLoginStart")).toEqual([]);
    await app.page.reload();
    await expect(app.find("view-doors")).toBeVisible();
    await expect(app.find(question)).toBeHidden();
  });

  test("holds after a yes, and the settings say so", async ({ app }) => {
    await app.open("mock=login-start-asking");
    await app.find(question).getByRole("button", { name: "Start when I log in" }).click();
    await expect(app.find(question)).toBeHidden();
    expect(await app.calls("setLoginStart")).toEqual([[true]]);
    await app.find("nav-settings").click();
    await expect(app.find("login-start")).toBeChecked();
  });

  test("is not asked of somebody whose system starts it already", async ({ app }) => {
    await app.open("mock=login-start-on");
    await expect(app.find("view-doors")).toBeVisible();
    await expect(app.find(question)).toBeHidden();
  });

  test("changes in the settings by keyboard alone", async ({ app }) => {
    await app.open("mock=login-start-on", "settings");
    await expect(app.find("login-start")).toBeChecked();
    await app.find("login-start").focus();
    await app.page.keyboard.press("Space");
    await expect(app.find("login-start")).not.toBeChecked();
    expect(await app.calls("setLoginStart")).toEqual([[false]]);
  });

  test("stays as it was when the system refuses, which is said", async ({ app }) => {
    await app.open("mock=login-start-on&login-start=login_start_failed", "settings");
    await app.find("login-start").click();
    await expect(app.find("login-start-failed")).toContainText("Your system did not take the change");
    await expect(app.find("login-start")).toBeChecked();
  });
});

test.describe("a newer version", () => {
  test("is installed only when the person asks for it", async ({ app }) => {
    await app.open("mock=update-ready");
    await expect(app.find("update-available")).toContainText("Version 0.4.0 is ready");
    expect(await app.calls("installUpdate")).toEqual([]);
    await app.find("update-available").getByRole("button", { name: "What is new" }).click();
    expect(await app.calls("openReleaseNotes")).toHaveLength(1);
    await app.find("update-available").getByRole("button", { name: "Update and restart" }).click();
    await expect(app.find("update-installing")).toContainText("48 %");
    await expect(app.find("announcer")).toHaveText("Fetching it…");
    await expect(app.page.getByRole("status").filter({ hasText: "%" })).toHaveCount(0);
    expect(await app.calls("installUpdate")).toHaveLength(1);
  });

  test("that did not come can be tried again", async ({ app }) => {
    await app.open("mock=update-failing");
    await app.find("update-available").getByRole("button", { name: "Update and restart" }).click();
    await app.find("update-failed").getByRole("button", { name: "Try again" }).click();
    await expect.poll(async () => (await app.calls("installUpdate")).length).toBe(2);
  });

  test("that nobody signed is not tried again", async ({ app }) => {
    await app.open("mock=update-not-trusted");
    await app.find("update-available").getByRole("button", { name: "Update and restart" }).click();
    await expect(app.find("update-failed")).toContainText("Its signature is wrong");
    await expect(app.find("update-failed").getByRole("button")).toHaveCount(0);
  });

  test("is no business of a build that comes with the system's packages", async ({ app }) => {
    await app.open("", "settings");
    await expect(app.find("updates")).toHaveText("With your system’s packages");
    await app.emit("update-changed", { kind: "up_to_date" });
    await expect(app.find("updates")).toHaveText("Up to date");
  });
});
