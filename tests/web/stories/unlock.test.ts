import { type AppWindow, expect, NOW, test } from "../window.ts";

const control = (app: AppWindow, door = "main") => app.door(door).getByTestId("unlock-button");
const state = (app: AppWindow, door = "main") => app.door(door).getByTestId("unlock-state");

/** Each step of an unlock takes 400 ms, and time passes only when a test says so. */
async function openWithStoppedClock(app: AppWindow): Promise<void> {
  await app.page.clock.install({ time: NOW });
  await app.open("pace=400");
  await expect(state(app)).toHaveAttribute("data-state", "idle");
  await app.page.clock.pauseAt(NOW.getTime() + 60_000);
}

test("an unlock goes through every state, counts down and rests again", async ({ app }) => {
  await openWithStoppedClock(app);
  await control(app).click();
  for (const kind of ["searching", "connecting", "unlocking", "unlocked"]) {
    await expect(state(app)).toHaveAttribute("data-state", kind);
    await expect(control(app)).toHaveAttribute("aria-disabled", "true");
    await app.page.clock.runFor(400);
  }
  await expect(state(app)).toContainText("5");
  await app.page.clock.runFor(1000);
  await expect(state(app)).toContainText("4");
  await app.page.clock.runFor(2800);
  await expect(state(app)).toContainText("1");
  await app.page.clock.runFor(600);
  await expect(state(app)).toHaveAttribute("data-state", "relocked");
  await app.page.clock.runFor(3200);
  await expect(state(app)).toHaveAttribute("data-state", "idle");
});

test("a press while the unlock goes on asks for nothing more", async ({ app }) => {
  await app.open("unlock=connecting");
  await control(app).click();
  await expect(state(app)).toHaveAttribute("data-state", "connecting");
  await control(app).press("Enter");
  await control(app).dispatchEvent("click");
  expect(await app.calls("unlock")).toEqual([["door-main"]]);
});

test("two doors unlock side by side", async ({ app }) => {
  await app.open("unlock=unlocked");
  await control(app).click();
  await control(app, "parcels").click();
  await expect(state(app)).toHaveAttribute("data-state", "unlocked");
  await expect(state(app, "parcels")).toHaveAttribute("data-state", "unlocked");
  await expect(state(app, "flat")).toHaveAttribute("data-state", "idle");
});

test("a failure says what to do and tries again", async ({ app }) => {
  await app.open("unlock=connection_lost");
  await control(app).click();
  const failure = app.door("main").getByTestId("unlock-failure");
  await expect(failure).toContainText("The connection broke off");
  await expect(failure).toContainText("Stay close to the door");
  await control(app).click();
  await expect(failure).toBeVisible();
  expect(await app.calls("unlock")).toHaveLength(2);
});

test("a refusal can only be acknowledged, and stays away", async ({ app }) => {
  await app.open("unlock=Revoked");
  await control(app).click();
  await expect(app.door("main")).toContainText("Your key was withdrawn");
  await control(app).click();
  await expect(state(app)).toHaveAttribute("data-state", "idle");
  await expect(app.door("main").getByTestId("unlock-failure")).toHaveCount(0);
  expect(await app.calls("unlock")).toHaveLength(1);
});

test("each change is read out, once", async ({ app }) => {
  await openWithStoppedClock(app);
  await control(app).click();
  const announcer = app.find("announcer");
  await expect(announcer).toHaveText("Looking for Main entrance.");
  await app.page.clock.runFor(400);
  await expect(announcer).toHaveText("Found Main entrance. Connecting.");
  await app.page.clock.runFor(800);
  await expect(announcer).toHaveText("Main entrance is unlocked for 5 seconds.");
  await app.page.clock.runFor(2000);
  await expect(announcer).toHaveText("Main entrance is unlocked for 5 seconds.");
  await app.page.clock.runFor(3000);
  await expect(announcer).toHaveText("Main entrance is locked again.");
});

test("the large control stays with a busy door while another comes closer", async ({ app }) => {
  await app.open("unlock=connecting");
  await control(app).click();
  await expect(state(app)).toHaveAttribute("data-state", "connecting");
  const snapshot = await app.snapshot();
  const [main, parcels, flat] = snapshot.doors;
  const closer = { ...parcels, rssiDbm: -30 };
  const doors = [closer, { ...main, unlock: { kind: "connecting" } }, flat];
  await app.emit("snapshot-changed", { ...snapshot, doors });
  await expect(app.page.getByRole("heading", { level: 2, name: "Main entrance" })).toBeVisible();
  await app.emit("snapshot-changed", { ...snapshot, doors: [closer, main, flat] });
  await expect(app.page.getByRole("heading", { level: 2, name: "Package room" })).toBeVisible();
});
