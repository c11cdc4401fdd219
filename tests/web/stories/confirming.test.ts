import { type AppWindow, expect, test } from "../window.ts";

const state = (app: AppWindow, door = "main") => app.door(door).getByTestId("unlock-state");
const control = (app: AppWindow, door = "main") => app.door(door).getByTestId("unlock-button");

async function toggle(app: AppWindow, door = "main"): Promise<void> {
  await app.door(door).getByTestId("door-menu").click();
  await app.page.getByRole("menuitemcheckbox", { name: "Ask who I am first" }).click();
}

test("a door can be made to ask who it is, and made to stop", async ({ app }) => {
  await app.open("");
  await toggle(app);
  await expect(app.door("main").getByTestId("door-confirmed")).toBeVisible();
  await expect(app.find("announcer").first()).toContainText("asked who you are");
  await toggle(app);
  await expect(app.door("main").getByTestId("door-confirmed")).toHaveCount(0);
  expect(await app.calls("setConfirmed")).toEqual([
    ["door-main", true],
    ["door-main", false],
  ]);
});

test("a system that cannot ask says so, and nothing changes", async ({ app }) => {
  await app.open("confirm=cannot_confirm");
  await toggle(app);
  const dialog = app.page.getByRole("dialog");
  await expect(dialog).toContainText("cannot ask who you are");
  await dialog.getByRole("button", { name: "OK" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(app.door("main").getByTestId("door-confirmed")).toHaveCount(0);
});

test("a confirmed door waits for the person, and takes no second press", async ({ app }) => {
  await app.open("mock=doors-confirmed&confirm=pending");
  await control(app).click();
  await expect(state(app)).toHaveAttribute("data-state", "confirming");
  await expect(control(app)).toHaveAttribute("aria-disabled", "true");
  await expect(app.door("main")).toContainText("Answer your system’s question");
  await control(app).press("Enter");
  expect(await app.calls("unlock")).toHaveLength(1);
});

test("who does not prove it reads that the door was not asked, and may try again", async ({ app }) => {
  await app.open("mock=doors-confirmed&confirm=not_confirmed");
  await control(app).click();
  const failure = app.door("main").getByTestId("unlock-failure");
  await expect(failure).toContainText("The door was not asked");
  await control(app).click();
  await expect(failure).toBeVisible();
  expect(await app.calls("unlock")).toHaveLength(2);
});

test("a confirmed door opens once the person has proved it", async ({ app }) => {
  await app.open("mock=doors-confirmed&unlock=unlocked");
  await control(app).click();
  await expect(state(app)).toHaveAttribute("data-state", "unlocked");
});
