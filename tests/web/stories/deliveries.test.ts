import { type AppWindow, expect, NOW, test } from "../window.ts";

const waiting = (app: AppWindow) => app.find("waiting-deliveries");
const card = (app: AppWindow, state: string) =>
  app.page.locator(`[data-testid=delivery][data-state=${state}]`);

test.beforeEach(({ app }) => app.page.clock.setFixedTime(NOW));

test("home shows how many deliveries wait and the newest, which leads to its video", async ({ app }) => {
  await app.open("mock=deliveries");
  await expect(waiting(app)).toContainText("2 deliveries to collect");
  await expect(waiting(app)).toContainText("Swiftpost");
  await expect(waiting(app)).toContainText("Main entrance");
  await expect(waiting(app)).toContainText("18:41");
  await expect(waiting(app)).toContainText("Kept on this device only");
  await waiting(app).getByRole("link").click();
  await expect(app.find("clip-player")).toHaveAttribute("data-clip-id", "clip-live");
});

test("without any there is nothing about deliveries", async ({ app }) => {
  await app.open("");
  await expect(app.find("door-card").first()).toBeVisible();
  await expect(waiting(app)).toHaveCount(0);
});

test("one after the other is marked from the keyboard, read out, and taken back", async ({ app }) => {
  await app.open("mock=deliveries");
  await app.find("delivery-collect").focus();
  await app.page.keyboard.press("Enter");
  await expect(waiting(app)).toContainText("1 delivery to collect");
  await expect(waiting(app)).toContainText("Northbound Parcels");
  await expect(app.find("announcer")).toHaveText("Marked as collected: Swiftpost.");
  await expect(app.find("delivery-undo")).toBeFocused();
  expect(await app.calls("setCollected")).toEqual([[["item-1000"], true]]);

  await app.page.keyboard.press("Enter");
  await expect(waiting(app)).toContainText("2 deliveries to collect");
  await expect(waiting(app)).toContainText("Swiftpost");
  await expect(app.find("delivery-collect")).toBeFocused();
  expect((await app.calls("setCollected")).at(-1)).toEqual([["item-1000"], false]);
});

test("a second press that comes before the next delivery stands is not taken for the one just marked", async ({
  app,
}) => {
  await app.open("mock=deliveries");
  await app.page.evaluate(() => {
    const press = () => document.querySelector<HTMLElement>("[data-testid=delivery-collect]")?.click();
    new MutationObserver((_, observer) => {
      if (!document.querySelector("[data-testid=delivery-undo]")) return;
      observer.disconnect();
      press();
    }).observe(document.body, { childList: true, subtree: true });
    press();
  });
  await expect(waiting(app)).toContainText("1 delivery to collect");
  await expect(app.find("delivery-undo")).toBeFocused();
  await app.find("delivery-collect").click();
  await expect(waiting(app)).toContainText("Nothing to collect");
  expect(await app.calls("setCollected")).toEqual([
    [["item-1000"], true],
    [["item-998"], true],
  ]);
});

test("all are marked at once, and all of these come back", async ({ app }) => {
  await app.open("mock=deliveries");
  await app.find("delivery-collect-all").click();
  await expect(waiting(app)).toContainText("Nothing to collect");
  await expect(waiting(app)).toContainText("All marked as collected.");
  await app.find("delivery-undo").click();
  await expect(waiting(app)).toContainText("2 deliveries to collect");
  expect((await app.calls("setCollected")).at(-1)).toEqual([["item-1000", "item-998"], false]);
});

test("who looks elsewhere and comes back is not asked to undo any more", async ({ app }) => {
  await app.open("mock=deliveries-one");
  await app.find("delivery-collect").click();
  await expect(app.find("delivery-undo")).toBeVisible();
  await app.find("nav-settings").click();
  await app.find("nav-doors").click();
  await expect(app.find("door-card").first()).toBeVisible();
  await expect(waiting(app)).toHaveCount(0);
});

test("what was marked in the list is not asked about at home", async ({ app }) => {
  await app.open("mock=deliveries-one", "activity");
  await card(app, "waiting").getByRole("button").click();
  await expect(card(app, "waiting")).toHaveCount(0);
  await app.find("nav-doors").click();
  await expect(app.find("door-card").first()).toBeVisible();
  await expect(waiting(app)).toHaveCount(0);
});

test("a mark that cannot be kept says so, and the delivery goes on waiting", async ({ app }) => {
  await app.open("mock=deliveries-failing");
  await app.find("delivery-collect").click();
  await expect(waiting(app).getByRole("alert")).toBeVisible();
  await expect(waiting(app)).toContainText("2 deliveries to collect");
});

test("one that was left in the package room says so, at home and in the list, while it waits", async ({
  app,
}) => {
  await app.open("mock=deliveries-one");
  await expect(waiting(app)).toContainText("In the package room");
  await expect(waiting(app).getByRole("link")).toHaveAccessibleDescription("In the package room");
  await app.find("nav-activity").click();
  await expect(card(app, "waiting").filter({ hasText: "In the package room" })).toHaveCount(1);
  await card(app, "waiting").getByRole("button").click();
  await expect(card(app, "collected").first()).toBeVisible();
  await expect(app.find("in-package-room")).toHaveCount(0);
});

test("one that was left elsewhere names no package room", async ({ app }) => {
  await app.open("mock=deliveries");
  await expect(waiting(app)).toContainText("Main entrance");
  await expect(waiting(app)).not.toContainText("In the package room");
});

test("in the list each delivery says what became of it, and is marked there", async ({ app }) => {
  await app.open("mock=deliveries", "activity");
  await expect(card(app, "waiting")).toHaveCount(2);
  await expect(card(app, "collected").first()).toContainText("Collected, 18:12");
  const first = app.page.getByRole("button", {
    name: "Mark as collected: Swiftpost, Main entrance, 18:41",
  });
  await first.click();
  await expect(card(app, "waiting")).toHaveCount(1);
  await expect(app.find("announcer")).toHaveText("Marked as collected: Swiftpost.");
  const undo = app.page.getByRole("button", {
    name: "Undo, not collected: Swiftpost, Main entrance, 18:41",
  });
  await expect(undo).toBeFocused();
  await undo.click();
  await expect(card(app, "waiting")).toHaveCount(2);
  await expect(first).toBeFocused();
});
