import { beginHomePass, beginPass } from "../pictures/guests.ts";
import { type AppWindow, expect, NOW, test } from "../window.ts";

const wardrobe = (app: AppWindow) =>
  app.page.locator('[data-testid="pass-row"][data-pass-id="pass-wardrobe"]');

const flat = (app: AppWindow) => app.find("guest-doors").getByText("Apartment 3B");

async function beginDelivery(app: AppWindow): Promise<void> {
  await beginPass(app);
  await app.find("guest-kind").getByText("A delivery").click();
  await expect(app.find("guest-doors")).toContainText("Package room");
}

test.beforeEach(async ({ app }) => {
  await app.page.clock.setFixedTime(NOW);
});

test("a delivery is offered the apartment only once the person has chosen that", async ({ app }) => {
  await app.open("mock=own-door-off", "guests");
  await beginDelivery(app);
  await expect(flat(app)).toHaveCount(0);
  await app.page.keyboard.press("Escape");

  await app.find("nav-settings").click();
  await expect(app.find("own-door-deliveries")).not.toBeChecked();
  await app.find("own-door-deliveries").click();
  await expect(app.find("own-door-deliveries")).toBeChecked();
  await app.find("nav-guests").click();
  await beginDelivery(app);
  await expect(flat(app)).toBeVisible();
  await expect(flat(app).locator("input")).not.toBeChecked();
  await expect(app.find("guest-home")).toHaveCount(0);
});

test("a home whose door takes no codes has nothing to choose", async ({ app }) => {
  await app.open("", "settings");
  await expect(app.find("view-settings")).toBeVisible();
  await expect(app.find("own-door-deliveries")).toHaveCount(0);
});

test("the form says what it does before a pass into the apartment is made", async ({ app }) => {
  await app.open("mock=own-door", "guests");
  await beginHomePass(app);
  await expect(app.find("guest-home")).toContainText("This opens your apartment");
  await expect(app.find("guest-home")).toContainText("can open Apartment 3B once");
  await expect(app.find("guest-home")).toContainText("no camera");
  await app.find("guest-make").click();
  await expect(app.page.getByText("Give it a name")).toBeVisible();
  expect(await app.calls("makePass")).toEqual([]);
  await app.find("guest-name").fill("The wardrobe");
  await app.find("guest-until").fill("2026-05-14T10:00");
  await app.find("guest-make").click();
  await expect(app.page.getByText("within 24 hours")).toBeVisible();
  await app.find("guest-until").fill("2026-05-12T22:00");
  await app.find("guest-make").click();
  await expect(app.find("pass-code")).toBeVisible();
  const [[draft]] = (await app.calls("makePass")) as [[object]];
  expect(draft).toMatchObject({
    kind: "delivery",
    label: "The wardrobe",
    doorIds: ["door-flat"],
    uses: "once",
  });
});

test("where the door is confirmed, the pass is not made without that", async ({ app }) => {
  await app.open("mock=own-door-confirmed&confirm=not_confirmed", "guests");
  await beginHomePass(app);
  await app.find("guest-name").fill("The wardrobe");
  await app.find("guest-make").click();
  await expect(app.find("guest-failure")).toBeVisible();
  await expect(app.find("pass-code")).toHaveCount(0);
  await app.find("guest-doors").getByText("Package room").click();
  await app.find("guest-make").click();
  await expect(app.find("pass-code")).toBeVisible();
});

test("the list and the pass say plainly that it opens the apartment", async ({ app }) => {
  await app.open("mock=own-door", "guests");
  await expect(wardrobe(app)).toContainText("Opens your apartment, once");
  await wardrobe(app).getByRole("link").click();
  await expect(app.page.getByRole("dialog")).toContainText("Opens your apartment, once");
});

test("it may end sooner, and no later than was said", async ({ app }) => {
  await app.open("mock=own-door", "guests/pass-wardrobe");
  await app.find("pass-edit").click();
  await app.find("guest-until").fill("2026-05-13T10:00");
  await app.find("pass-save").click();
  await expect(app.page.getByText("no longer than you first said")).toBeVisible();
  expect(await app.calls("changePass")).toEqual([]);
  await app.find("guest-until").fill("2026-05-12T19:30");
  await app.find("pass-save").click();
  await expect(app.find("pass-code")).toBeVisible();
  expect(await app.calls("changePass")).toHaveLength(1);
});

test("the choice and the pass are made by keyboard alone", async ({ app }) => {
  const { keyboard } = app.page;
  const focused = app.page.locator(":focus");
  await app.open("mock=own-door-off", "settings");
  await app.find("own-door-deliveries").focus();
  await keyboard.press("Space");
  await expect(app.find("own-door-deliveries")).toBeChecked();
  await app.find("nav-guests").focus();
  await keyboard.press("Enter");
  await beginDelivery(app);
  await app.find("guest-doors").locator("input").first().focus();
  for (let presses = 0; presses < 5 && !(await flat(app).locator("input").isChecked()); presses += 1) {
    await keyboard.press("ArrowDown");
  }
  await expect(focused).toHaveCSS("outline-style", "solid");
  await expect(app.find("guest-home")).toBeVisible();
});
