import { player, watch } from "../player.ts";
import { expect, NOW, test } from "../window.ts";

const marks = "rail-mark";

test.beforeEach(async ({ app }) => {
  await app.page.clock.setFixedTime(NOW);
});

test("the day's rail has its entries in order and marks the one that plays", async ({ app }) => {
  await watch(app);
  await expect(app.find(marks)).toHaveCount(4);
  const clips = await app
    .find(marks)
    .evaluateAll((all) => all.map((mark) => mark.getAttribute("data-clip-id")));
  expect(clips).toEqual(["clip-wide", "clip-guest", "clip-lobby", "clip-live"]);
});

test("a mark, the buttons and the keys go from entry to entry", async ({ app }) => {
  await watch(app);
  const current = app.page.locator("[data-testid=rail-mark][aria-current=true]");
  await expect(current).toHaveAttribute("data-clip-id", "clip-lobby");
  await app.page.locator("[data-testid=rail-mark][data-clip-id=clip-wide]").click();
  await expect(player(app)).toHaveAttribute("data-clip-id", "clip-wide");
  await expect(player(app)).toHaveAttribute("data-state", "playing");
  await expect(current).toHaveAttribute("data-clip-id", "clip-wide");
  await expect(current, "keeps the focus").toBeFocused();
  await expect(app.find("rail-earlier")).toBeDisabled();
  await app.find("rail-later").click();
  await expect(player(app)).toHaveAttribute("data-clip-id", "clip-guest");
  await app.find("rail-later").click();
  await expect(player(app)).toHaveAttribute("data-clip-id", "clip-lobby");
  await app.page.keyboard.press("n");
  await expect(player(app)).toHaveAttribute("data-clip-id", "clip-live");
  await expect(player(app)).toHaveAttribute("data-state", "playing");
  await app.page.keyboard.press("p");
  await expect(player(app)).toHaveAttribute("data-clip-id", "clip-lobby");
});

test("a mark takes no step of going back, and no clip that was closed comes back", async ({ app }) => {
  await app.open("");
  await app.find("nav-activity").click();
  await app.page.locator("[data-testid=activity-item][data-clip-id=clip-lobby]").click();
  await app.page.locator("[data-testid=rail-mark][data-clip-id=clip-wide]").click();
  await expect(player(app)).toHaveAttribute("data-clip-id", "clip-wide");
  await expect(app.page).toHaveURL(/#\/activity\/clip-wide$/);
  await app.page.keyboard.press("Escape");
  await expect(player(app)).toHaveCount(0);
  await app.page.goBack();
  await expect(app.find("view-doors")).toBeVisible();
});

test("the rail is narrowed to a door, and stays so", async ({ app }) => {
  await watch(app);
  await app.find("rail-doors").selectOption("Main entrance");
  await app.page.keyboard.press("p");
  await expect(player(app)).toHaveAttribute("data-clip-id", "clip-guest");
  await expect(app.find("rail-doors")).toHaveValue("door-main");
  await expect(app.page.locator("[data-testid=rail-mark][data-clip-id=clip-lobby]")).toHaveCount(0);
});
