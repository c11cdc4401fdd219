import { type AppWindow, expect, NOW, test } from "../window.ts";

const search = (app: AppWindow) => app.find("activity-search");
const items = (app: AppWindow) => app.find("activity-item");

const kinds = (app: AppWindow) =>
  items(app).evaluateAll((all) => all.map((item) => (item as HTMLElement).dataset["kind"]));

const entry = (id: number, carrier: string) => ({
  id: `item-${id}`,
  cursor: id,
  atMs: NOW.getTime(),
  doorId: "door-main",
  doorName: "Main entrance",
  inPackageRoom: false,
  kind: {
    type: "entry",
    class: "courier",
    carrier,
    driver: null,
    guest: null,
    byKeypad: false,
  },
  clip: null,
  thumbnail: false,
  unfilmed: false,
});

test("each choice of people shows theirs, and together with a door only what fits both", async ({
  app,
}) => {
  await app.open("", "activity");
  await expect(items(app).first()).toContainText("Swiftpost");
  for (const [who, expected] of [
    ["guest", ["guest"]],
    ["staff", ["staff"]],
    ["own", ["own", "own", "own"]],
    ["delivery", ["courier", "courier", "courier", "courier"]],
    ["courier", ["courier", "courier", "denied", "courier", "courier"]],
  ] as const) {
    await app.find("activity-who").selectOption(who);
    await expect.poll(() => kinds(app)).toEqual(expected);
  }
  await app.find("activity-door").selectOption("door-flat");
  await expect.poll(() => kinds(app)).toEqual(["denied"]);
  await app.find("activity-who").selectOption("");
  await expect.poll(() => kinds(app)).toEqual(["denied", "own"]);
});

test("carriers, drivers, guests and doors are found by any part of their names", async ({ app }) => {
  await app.open("", "activity");
  for (const [text, first, count] of [
    ["SWIFT", "Swiftpost", 1],
    ["n-118", "Northbound Parcels", 1],
    ["vale", "Jonas Vale", 1],
    ["3b", "Northbound Parcels", 2],
    ["package pigeon", "Pigeon Express", 1],
  ] as const) {
    await search(app).fill(text);
    await expect(items(app)).toHaveCount(count);
    await expect(items(app).first()).toContainText(first);
  }
});

test("what matches nothing says so, and one press shows everything again", async ({ app }) => {
  await app.open("", "activity?who=staff&door=door-flat&text=swift");
  await expect(app.find("activity-none")).toContainText("Nothing matches");
  await expect(app.find("announcer")).toHaveText("Nothing matches");
  await app.find("activity-show-all").click();
  await expect(items(app).first()).toContainText("Swiftpost");
  await expect(search(app)).toBeFocused();
  await expect(search(app)).toHaveValue("");
  await expect(app.find("activity-who")).toHaveValue("");
  await expect(app.page).toHaveURL(/#\/activity$/);
});

test("back undoes a filter, and a whole word at once", async ({ app }) => {
  await app.open("", "activity");
  await app.find("activity-who").selectOption("delivery");
  await expect(items(app)).toHaveCount(4);
  await search(app).pressSequentially("pigeon", { delay: 200 });
  await expect(items(app)).toHaveCount(2);
  await app.page.goBack();
  await expect(items(app)).toHaveCount(4);
  await expect(search(app)).toHaveValue("");
  await expect(app.find("activity-who")).toHaveValue("delivery");
  await app.page.goBack();
  await expect(app.find("activity-who")).toHaveValue("");
  await app.page.goForward();
  await expect(items(app)).toHaveCount(4);
});

test("how many are found is read out, once the words rest", async ({ app }) => {
  await app.open("", "activity");
  await search(app).fill("pigeon");
  await expect(app.find("announcer")).toHaveText("2 entries found");
  await search(app).fill("vale");
  await expect(app.find("announcer")).toHaveText("1 entry found");
  await app.open("mock=activity-long", "activity?who=delivery");
  await expect(app.find("announcer")).toHaveText("More than 60 entries found");
});

test("all that the device holds is looked through, not only what is loaded", async ({ app }) => {
  await app.open("mock=activity-long", "activity");
  await expect(items(app).first()).toBeVisible();
  await search(app).fill("jonas");
  await expect(app.find("announcer")).toHaveText("More than 60 entries found");
  const list = app.page.getByRole("list", { name: "Activity, newest first" });
  await expect(async () => {
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    const asked = await app.calls("activity");
    expect(asked.filter(([, , filter]) => (filter as { text: string }).text === "jonas").length).toBe(6);
  }).toPass({ intervals: [50] });
  expect(await items(app).count()).toBeLessThan(60);
});

test("another list begins at its top, also where it was loaded before", async ({ app }) => {
  await app.open("mock=activity-long", "activity");
  const list = app.page.getByRole("list", { name: "Activity, newest first" });
  const top = () => list.evaluate((element) => element.scrollTop);
  await app.find("activity-who").selectOption("delivery");
  await expect(app.find("announcer")).toHaveText("More than 60 entries found");
  await list.evaluate((element) => element.scrollTo(0, 1500));
  await expect.poll(top).toBeGreaterThan(1000);
  await app.find("activity-who").selectOption("");
  await expect.poll(top).toBe(0);
});

test("what happens while a filter is on shows only if it fits", async ({ app }) => {
  await app.open("", "activity?text=swift");
  await expect(items(app)).toHaveCount(1);
  await app.page.evaluate((added) => window.vestibuleMock.happen(added), entry(2000, "Pigeon Express"));
  await app.page.evaluate((added) => window.vestibuleMock.happen(added), entry(2001, "Swiftpost"));
  await expect(items(app)).toHaveCount(2);
  await search(app).fill("");
  await expect(items(app).nth(1)).toContainText("Pigeon Express");
});

test("own unlocks say that they stay on this device", async ({ app }) => {
  await app.open("", "activity");
  await expect(app.find("activity-own-private")).toHaveCount(0);
  await app.find("activity-who").selectOption("own");
  await expect(app.find("activity-own-private")).toContainText("stays on this device; nobody else has it");
  await app.open("mock=named-records", "activity?who=own");
  await expect(app.find("activity-own-private")).toContainText("own records name you too");
});

test("a film opened from a search closes onto the same search", async ({ app }) => {
  await app.open("", "activity?who=delivery&text=northbound");
  await items(app).first().click();
  await expect(app.find("clip-player")).toHaveAttribute("data-clip-id", "clip-lobby");
  await app.page.keyboard.press("Escape");
  await expect(app.page).toHaveURL(/#\/activity\?who=delivery&text=northbound$/);
  await expect(search(app)).toHaveValue("northbound");
});
