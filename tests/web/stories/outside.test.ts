import { type AppWindow, expect, test } from "../window.ts";

/** How long a question takes no answer that was meant for what stood there before it. */
const SETTLE_MS = 400;

const dialog = (app: AppWindow) => app.page.getByRole("dialog");
const asked = async (app: AppWindow) => [
  ...(await app.calls("unlock")),
  ...(await app.calls("unlockRemotely")),
];

test("a link to a door asks first, and the safe answer has the focus", async ({ app }) => {
  await app.open("mock=link-to-door");
  await expect(dialog(app)).toContainText("Open Main entrance?");
  await expect(app.find("errand-cancel")).toBeFocused();
  // As somebody does who was typing when a page opened its link.
  await app.page.keyboard.press("Enter");
  await expect(dialog(app)).toHaveCount(0);
  expect(await asked(app)).toEqual([]);
});

test("a link that comes while the doors are shown asks too", async ({ app }) => {
  await app.open("");
  await expect(app.door("main")).toBeVisible();
  await app.bring({ kind: "open_door", doorId: "door-flat" });
  await expect(app.find("errand-cancel")).toBeFocused();
  // Nothing beneath it has closed it meanwhile.
  await app.page.waitForTimeout(300);
  await expect(dialog(app)).toContainText("Open Apartment 3B?");
});

test("a link to a door opens it when the person says so", async ({ app }) => {
  await app.open("mock=link-to-door&unlock=unlocked");
  await expect(app.find("errand-cancel")).toBeFocused();
  await app.page.keyboard.press("Tab");
  await expect(app.find("errand-open")).toBeFocused();
  await app.page.waitForTimeout(SETTLE_MS);
  await app.page.keyboard.press("Enter");
  await expect(app.door("main").getByTestId("unlock-state")).toHaveAttribute("data-state", "unlocked");
  expect(await asked(app)).toEqual([["door-main"]]);
});

test("a link to a door that is not near says that it would open from here", async ({ app }) => {
  await app.open("mock=link-to-door-away");
  await expect(dialog(app)).toContainText("it would open from here");
  await app.page.waitForTimeout(SETTLE_MS);
  await app.find("errand-open").click();
  expect(await app.calls("unlockRemotely")).toEqual([["door-parcels"]]);
});

test("a link to a door that is not known opens nothing and says so", async ({ app }) => {
  await app.open("mock=link-to-unknown-door");
  await expect(dialog(app)).toContainText("a door that you do not have");
  await expect(app.find("errand-open")).toHaveCount(0);
  await app.find("errand-ok").click();
  expect(await asked(app)).toEqual([]);
});

test("a link that comes while another page is open leads to the doors", async ({ app }) => {
  await app.open("", "settings");
  await expect(app.find("view-settings")).toBeVisible();
  await app.bring({ kind: "open_door", doorId: "door-flat" });
  await expect(dialog(app)).toContainText("Open Apartment 3B?");
  await expect(app.find("view-doors")).toBeAttached();
  await app.page.keyboard.press("Escape");
  await expect(dialog(app)).toHaveCount(0);
  expect(await asked(app)).toEqual([]);
});

test("a second link asks anew, and takes no answer that was meant for the first", async ({ app }) => {
  await app.page.clock.install();
  await app.open("mock=link-to-door");
  await expect(dialog(app)).toContainText("Open Main entrance?");
  await app.page.clock.pauseAt(Date.now() + 60_000);
  await app.find("errand-open").focus();
  await app.bring({ kind: "open_door", doorId: "door-flat" });
  await app.page.clock.runFor(100);
  await expect(dialog(app)).toContainText("Open Apartment 3B?");
  await expect(app.find("errand-cancel")).toBeFocused();
  await app.find("errand-open").click();
  expect(await asked(app)).toEqual([]);
  await app.page.clock.runFor(SETTLE_MS);
  await app.find("errand-open").click();
  await app.page.clock.runFor(100);
  expect((await asked(app)).flat()).toEqual(["door-flat"]);
});

test("keys for the nearest door say why none opened", async ({ app }) => {
  await app.open("mock=nothing-near");
  await expect(dialog(app)).toContainText("this device hears none");
  await app.find("errand-ok").click();
  await app.bring({ kind: "nothing_near", error: { code: "bluetooth_off", retryable: true } });
  await expect(dialog(app)).toContainText("Bluetooth is off");
});
