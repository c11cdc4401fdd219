import { type AppWindow, expect, test } from "../window.ts";

const order = (app: AppWindow) =>
  app.page
    .getByRole("region", { name: "Other doors" })
    .getByTestId("door-card")
    .evaluateAll((cards) => cards.map((card) => card.getAttribute("data-door-id")?.slice(5)));

async function choose(app: AppWindow, door: string, item: string): Promise<void> {
  await app.door(door).getByTestId("door-menu").click();
  await app.page.getByRole("menuitem", { name: item, exact: true }).click();
}

test("a pinned door comes before the others and stays there", async ({ app }) => {
  await app.open("mock=doors-many");
  await expect
    .poll(() => order(app))
    .toEqual(["parcels", "flat", "court", "bikes", "garage", "roof", "laundry"]);
  await choose(app, "garage", "Pin to the top");
  // Who is near is still first.
  await expect
    .poll(() => order(app))
    .toEqual(["parcels", "garage", "flat", "court", "bikes", "roof", "laundry"]);
  await expect(app.door("garage").getByTestId("door-pinned")).toBeVisible();
  await expect(app.find("announcer").first()).toContainText("is pinned, 1 of 1");
  await app.page.reload();
  await expect.poll(async () => (await order(app))[1]).toBe("garage");
  await choose(app, "garage", "Unpin");
  await expect.poll(async () => (await order(app))[1]).toBe("flat");
});

test("pinned doors are put in order by keyboard alone", async ({ app }) => {
  await app.open("mock=doors-pinned");
  const pinned = async () => (await order(app)).slice(1, 4);
  await expect.poll(pinned).toEqual(["garage", "flat", "bikes"]);
  const menu = app.door("bikes").getByTestId("door-menu");
  await menu.focus();
  await app.page.keyboard.press("Enter");
  await expect(app.page.getByRole("menuitem", { name: "Move down" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await app.page.keyboard.press("ArrowDown");
  await expect(app.page.getByRole("menuitem", { name: "Move up" })).toBeFocused();
  await app.page.keyboard.press("Enter");
  await expect.poll(pinned).toEqual(["garage", "bikes", "flat"]);
  await expect(app.find("announcer").first()).toContainText("is pinned, 2 of 3");
  await expect(menu).toBeFocused();
  await app.page.keyboard.press("Enter");
  await app.page.keyboard.press("Escape");
  await expect(menu).toBeFocused();
});

test("where nothing is near, the first pinned door has the large control", async ({ app }) => {
  await app.open("mock=doors-away");
  await expect(app.page.getByRole("heading", { level: 2, name: "Main entrance" })).toBeVisible();
  await choose(app, "flat", "Pin to the top");
  await expect(app.page.getByRole("heading", { level: 2, name: "Apartment 3B" })).toBeVisible();
});

test("nothing jumps away from under a finger", async ({ app }) => {
  await app.open("");
  const heading = (name: string) => app.page.getByRole("heading", { level: 2, name });
  await expect(heading("Main entrance")).toBeVisible();
  const snapshot = await app.snapshot();
  const [main, parcels, flat] = snapshot.doors;
  await app.door("main").getByTestId("unlock-button").hover();
  await app.page.mouse.down();
  const doors = [{ ...parcels, rssiDbm: -30 }, main, flat];
  await app.emit("snapshot-changed", { ...snapshot, doors });
  await app.page.waitForTimeout(2_000);
  await expect(heading("Main entrance")).toBeVisible();
  await app.page.mouse.up();
  expect(await app.calls("unlock")).toEqual([["door-main"]]);
});

/** Another door becomes clearly the nearest. */
async function comeNearer(app: AppWindow): Promise<void> {
  const snapshot = await app.snapshot();
  const [main, parcels, ...others] = snapshot.doors;
  const doors = [{ ...parcels, nearby: true, rssiDbm: -30 }, main, ...others];
  await app.emit("snapshot-changed", { ...snapshot, doors });
}

test("an open menu stays with its door, however long it is looked at", async ({ app }) => {
  await app.open("");
  await app.door("main").getByTestId("door-menu").click();
  const pin = app.page.getByRole("menuitem", { name: "Pin to the top" });
  await expect(pin).toBeVisible();
  await app.page.waitForTimeout(2_000);
  await comeNearer(app);
  await app.page.waitForTimeout(500);
  await pin.click();
  await expect(app.find("announcer").first()).toContainText("Main entrance is pinned");
});

test("a question about a door from afar stays with it", async ({ app }) => {
  await app.open("mock=doors-away");
  await app.door("main").getByTestId("remote-hold").click();
  await expect(app.door("main").getByTestId("remote-hold-question")).toBeVisible();
  await app.page.waitForTimeout(2_000);
  await comeNearer(app);
  await app.page.waitForTimeout(500);
  await expect(app.door("main").getByTestId("remote-hold-question")).toBeVisible();
  await app.page.getByTestId("remote-hold-confirm").click();
  expect(await app.calls("unlockRemotely")).toEqual([["door-main"]]);
});

test("what was begun at one door is not found at the one that takes its place", async ({ app }) => {
  await app.open("mock=doors-away");
  await app.door("main").getByTestId("remote-hold").click();
  await expect(app.door("main").getByTestId("remote-hold-question")).toBeVisible();
  const snapshot = await app.snapshot();
  await app.emit("snapshot-changed", { ...snapshot, doors: snapshot.doors.slice(1) });
  await expect(app.door("main")).toHaveCount(0);
  await expect(app.page.getByTestId("remote-hold-question")).toHaveCount(0);
});

for (const [item, door, scene] of [
  ["Unpin", "garage", "doors-pinned"],
  ["Pin to the top", "laundry", "doors-many"],
  ["Pin to the top", "flat", "doors-away"],
] as const) {
  test(`who chooses “${item}” by keyboard in ${scene} is still at that door`, async ({ app }) => {
    await app.open(`mock=${scene}`);
    const menu = app.door(door).getByTestId("door-menu");
    await menu.focus();
    await app.page.keyboard.press("Enter");
    await expect(app.page.getByRole("menuitem", { name: item })).toBeFocused();
    await app.page.keyboard.press("Enter");
    await expect(app.find("announcer").first()).toContainText("pinned");
    // By then the core has answered, and the doors have moved.
    await app.page.waitForTimeout(1_500);
    await expect(menu).toBeFocused({ timeout: 2_000 });
  });
}
