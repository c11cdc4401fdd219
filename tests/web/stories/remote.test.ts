import { type AppWindow, expect, test } from "../window.ts";

const HOLD_MS = 1000;

const hold = (app: AppWindow, door: string) => app.door(door).getByTestId("remote-hold");
const question = (app: AppWindow, door: string) =>
  app.door(door).getByTestId("remote-hold-question");
const confirm = (app: AppWindow, door: string) => app.door(door).getByTestId("remote-hold-confirm");
const state = (app: AppWindow, door: string) => app.door(door).getByTestId("unlock-state");

/** Puts the mouse down in the middle of a door's control. */
async function pressDown(app: AppWindow, door: string): Promise<void> {
  await hold(app, door).hover();
  await app.page.mouse.down();
  await expect(hold(app, door)).toHaveAttribute("data-phase", "holding");
}

/** Time passes only when the test says so. */
async function openWithStoppedClock(app: AppWindow, query = "mock=doors-away"): Promise<void> {
  await app.page.clock.install();
  await app.open(query);
  await expect(hold(app, "main")).toBeVisible();
  await app.page.clock.pauseAt(Date.now() + 60_000);
}

/** As a screen reader clicks: without a pointer. */
const press = (app: AppWindow, door: string) => hold(app, door).dispatchEvent("click");

for (const door of ["main", "flat"]) {
  test(`a hold opens the ${door} door from here`, async ({ app }) => {
    await app.open("mock=doors-away&unlock=unlocked");
    await pressDown(app, door);
    await expect(state(app, door)).toHaveAttribute("data-state", "unlocked");
    await app.page.mouse.up();
    await expect(hold(app, door)).toHaveCount(0);
    await expect(app.door(door)).toContainText("Opened from here");
    await expect(app.find("announcer")).toContainText("opened from here");
    expect(await app.calls("unlockRemotely")).toEqual([[`door-${door}`]]);
    expect(await app.calls("unlock")).toEqual([]);
  });
}

test("a hold that ends early asks, and one that leaves the control does nothing", async ({ app }) => {
  await openWithStoppedClock(app);
  await pressDown(app, "main");
  await app.page.clock.runFor(HOLD_MS - 100);
  await app.page.mouse.up();
  await expect(question(app, "main")).toBeVisible();
  await app.page.clock.runFor(HOLD_MS);
  await app.page.keyboard.press("Escape");
  await expect(question(app, "main")).toHaveCount(0);

  await pressDown(app, "main");
  await app.page.mouse.move(2, 2);
  await expect(hold(app, "main")).toHaveAttribute("data-phase", "resting");
  await hold(app, "main").hover();
  await app.page.clock.runFor(HOLD_MS);
  await app.page.mouse.up();
  await expect(hold(app, "main")).toHaveAttribute("data-phase", "resting");
  expect(await app.calls("unlockRemotely")).toEqual([]);
});

test("a short press asks first, and opens on the answer", async ({ app }) => {
  await app.open("mock=doors-away&unlock=unlocked");
  await hold(app, "flat").click();
  await expect(question(app, "flat")).toContainText("Open Apartment 3B from here?");
  expect(await app.calls("unlockRemotely")).toEqual([]);
  await app.page.waitForTimeout(450);
  await confirm(app, "flat").click();
  await expect(state(app, "flat")).toHaveAttribute("data-state", "unlocked");
  await expect(app.door("flat").getByTestId("unlock-button")).toBeFocused();
  expect(await app.calls("unlockRemotely")).toEqual([["door-flat"]]);
});

test("a double click is no answer", async ({ app }) => {
  await openWithStoppedClock(app);
  await hold(app, "main").click();
  await app.page.clock.runFor(200);
  await confirm(app, "main").click();
  await expect(question(app, "main")).toBeVisible();
  expect(await app.calls("unlockRemotely")).toEqual([]);
});

test("the question goes by itself, and when it is declined", async ({ app }) => {
  await openWithStoppedClock(app);
  await press(app, "main");
  await expect(confirm(app, "main")).toBeFocused();
  await app.page.clock.runFor(19_900);
  await expect(question(app, "main")).toBeVisible();
  await app.page.clock.runFor(200);
  await expect(question(app, "main")).toHaveCount(0);
  await expect(hold(app, "main")).toBeFocused();

  await press(app, "main");
  await app.door("main").getByTestId("remote-hold-cancel").click();
  await expect(hold(app, "main")).toBeFocused();
  await press(app, "main");
  await app.page.keyboard.press("Escape");
  await expect(hold(app, "main")).toBeFocused();
  expect(await app.calls("unlockRemotely")).toEqual([]);
});

test("the keyboard asks, answers and never opens by a key that stays down", async ({ app }) => {
  const { keyboard } = app.page;
  await app.open("mock=doors-away&unlock=unlocked");
  await app.door("main").getByTestId("unlock-button").focus();
  await keyboard.press("Tab");
  await expect(hold(app, "main")).toBeFocused();
  await expect(hold(app, "main")).toHaveCSS("outline-style", "solid");
  await expect(hold(app, "main")).toHaveAccessibleName("Hold to open from here Main entrance");
  await expect(hold(app, "main")).toHaveAccessibleDescription("A short press asks first.");

  await keyboard.down("Enter");
  await app.page.waitForTimeout(600);
  await keyboard.down("Enter");
  await keyboard.up("Enter");
  await expect(confirm(app, "main")).toBeFocused();
  expect(await app.calls("unlockRemotely")).toEqual([]);

  await keyboard.press("Space");
  await expect(state(app, "main")).toHaveAttribute("data-state", "unlocked");
  expect(await app.calls("unlockRemotely")).toEqual([["door-main"]]);
});

test("it is offered only where it can work", async ({ app }) => {
  const offered = () => app.find("remote-hold").count();
  await app.open("mock=doors-nearby");
  await expect(hold(app, "flat")).toBeVisible();
  expect(await offered()).toBe(1);

  const shown = async (query: string) => {
    await app.open(query);
    await expect(app.find("view-doors")).toBeVisible();
    return offered();
  };
  expect(await shown("mock=offline")).toBe(0);
  expect(await shown("mock=revoked")).toBe(0);
  expect(await shown("mock=key-expired")).toBe(0);

  await app.open("mock=doors-many");
  await expect(hold(app, "roof")).toBeVisible();
  await expect(hold(app, "laundry")).toHaveCount(0);

  const snapshot = await app.snapshot();
  const away = snapshot.doors.map((door) => ({ ...door, nearby: false, remote: true }));
  const locked = away.map((door) => ({ ...door, lockdown: "everyone" }));
  await app.emit("snapshot-changed", { ...snapshot, doors: locked });
  await expect(app.find("remote-hold")).toHaveCount(0);
  await app.emit("snapshot-changed", { ...snapshot, doors: away });
  await expect(hold(app, "main")).toBeVisible();
});

test("a hold ends when the door comes near", async ({ app }) => {
  await openWithStoppedClock(app);
  await pressDown(app, "main");
  const snapshot = await app.snapshot();
  const near = snapshot.doors.map((door) => ({ ...door, nearby: true, remote: false }));
  await app.emit("snapshot-changed", { ...snapshot, doors: near });
  await expect(hold(app, "main")).toHaveCount(0);
  await app.page.clock.runFor(2 * HOLD_MS);
  expect(await app.calls("unlockRemotely")).toEqual([]);
});

test("a door that is not connected says where it opens, and can be asked again", async ({
  app,
}) => {
  await app.open("mock=doors-away&unlock=door_offline");
  await pressDown(app, "main");
  const failure = app.door("main").getByTestId("unlock-failure");
  await expect(failure).toContainText("The door is not connected");
  await expect(failure).toContainText("Bluetooth");
  await app.page.mouse.up();
  await expect(hold(app, "main")).toBeVisible();
  // The large control goes on to be the one for who stands there.
  await expect(app.door("main").getByTestId("unlock-button")).toContainText("Unlock");
  await app.door("main").getByTestId("unlock-button").click();
  expect(await app.calls("unlock")).toEqual([["door-main"]]);
});

test("a door without a key has nothing to press", async ({ app }) => {
  await app.open("mock=revoked");
  const control = app.door("main").getByTestId("unlock-button");
  await expect(control).toContainText("No key");
  await expect(control).toHaveAttribute("aria-disabled", "true");
  await control.dispatchEvent("click");
  expect(await app.calls("unlock")).toEqual([]);
});
