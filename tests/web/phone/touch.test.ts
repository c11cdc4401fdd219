import { finger, middleOf } from "../finger.ts";
import { pause, positionMs, settled, watch } from "../player.ts";
import { expect, test } from "../window.ts";

const INVITE = "vestibule://enrol?hub=https://hub.linden.example&key=q83v&code=7F3K";

test("an invite is enrolled with by touch alone", async ({ app }) => {
  await app.open("mock=not-enrolled");
  await expect(app.find("view-enrol")).toContainText("Point this phone’s own camera");
  await app.find("invite-input").tap();
  await app.page.keyboard.insertText(INVITE);
  await app.find("enrol-button").tap();
  await expect(app.door("main")).toBeVisible();
  expect(await app.calls("enrol")).toEqual([[INVITE, "keychain"]]);
});

test("a code that the phone's camera read is there already, and one tap enrols", async ({ app }) => {
  await app.open("mock=invite-opened");
  await expect(app.find("invite-preview")).toContainText("hub.linden.example");
  await app.find("enrol-button").tap();
  await expect(app.door("main")).toBeVisible();
});

test("one tap opens the nearest door, and asks for it once", async ({ app }) => {
  await app.open("unlock=unlocked");
  await app.door("main").getByTestId("unlock-button").tap();
  await expect(app.door("main").getByTestId("unlock-state")).toHaveAttribute("data-state", "unlocked");
  expect(await app.calls("unlock")).toEqual([["door-main"]]);
});

test("a tap acts at once: the browser waits for no second one", async ({ app }) => {
  await app.open("unlock=searching");
  const button = app.door("main").getByTestId("unlock-button");
  await button.evaluate((element) => {
    element.addEventListener("touchend", ({ timeStamp }) => {
      document.body.dataset["lifted"] = String(timeStamp);
    });
    element.addEventListener("click", ({ timeStamp }) => {
      document.body.dataset["clicked"] = String(timeStamp);
    });
  });
  await button.tap();
  const { lifted, clicked } = await app.page.evaluate(() => ({ ...document.body.dataset }));
  expect(Number(clicked) - Number(lifted)).toBeLessThan(200);
  expect(await button.evaluate((element) => getComputedStyle(element).touchAction)).toBe("manipulation");
});

test("a finger scrolls the activity and opens nothing on the way", async ({ app }) => {
  await app.open("", "activity");
  const list = app.find("activity-item");
  await expect(list.first()).toBeVisible();
  const before = await list.first().boundingBox();
  const thumb = await finger(app);
  await thumb.down({ x: 180, y: 560 });
  for (let step = 1; step <= 12; step++) await thumb.wander(0, -25);
  await thumb.up();
  await expect
    .poll(async () => (await list.first().boundingBox())?.y ?? -1000)
    .toBeLessThan((before?.y ?? 0) - 100);
  await expect(app.find("clip-player")).toBeHidden();
});

test("a finger on the film's line moves through the film", async ({ app }) => {
  await watch(app);
  await pause(app);
  const { x, width } = await app.box("clip-scrubber");
  const { y } = await middleOf(app, "clip-scrubber");
  const thumb = await finger(app);
  await thumb.down({ x: x + 0.25 * width, y });
  await expect.poll(() => positionMs(app)).toBeLessThan(8_000);
  for (let part = 0.3; part < 0.76; part += 0.05) await thumb.slide({ x: x + part * width, y });
  await thumb.up();
  await settled(app);
  const reached = await positionMs(app);
  expect(reached).toBeGreaterThan(13_000);
  expect(reached).toBeLessThan(17_000);
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "paused");
});
