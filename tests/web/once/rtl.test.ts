import { type AppWindow, expect, NOW, sizes, test } from "../window.ts";

/** As a language would have it that is read from the right. */
const turn = (app: AppWindow) =>
  app.page.evaluate(() => {
    document.documentElement.dir = "rtl";
  });

const views = [
  { name: "enrol", query: "mock=not-enrolled", route: "", shows: "invite-input" },
  { name: "doors", query: "mock=doors-many", route: "", shows: "view-doors" },
  { name: "activity", query: "", route: "activity?who=delivery", shows: "activity-item" },
  { name: "clip", query: "", route: "activity/clip-lobby", shows: "clip-badge" },
  { name: "live", query: "", route: "live/door-main", shows: "live-badge" },
  { name: "settings", query: "", route: "settings", shows: "view-settings" },
];

for (const [size, viewport] of Object.entries(sizes)) {
  for (const { name, query, route, shows } of views) {
    test(`${name} fits the ${size} when it is read from the right`, async ({ app }) => {
      await app.page.setViewportSize(viewport);
      await app.page.clock.setFixedTime(NOW);
      await app.open(query, route);
      await turn(app);
      await expect(app.find(shows).first()).toBeVisible();
      await app.settled();
      await app.screenshot(`${name}-from-the-right`, size);
      await app.expectRoomForThumbs();
    });
  }
}

test("what begins a line stands at the right", async ({ app }) => {
  await app.page.setViewportSize(sizes.laptop);
  await app.open("", "activity");
  await expect(app.find("thumbnail").first()).toBeVisible();
  const left = (selector: string) =>
    app.page.locator(selector).first().evaluate((element) => element.getBoundingClientRect().left);
  const places = async () => ({
    nav: await left("nav"),
    icon: await left("[data-testid=activity-item] .icon"),
    time: await left("[data-testid=activity-item] time"),
    lens: await left("[data-testid=activity-filter] svg"),
    film: await left(".clip"),
  });
  const before = await places();
  await turn(app);
  const after = await places();
  expect(before.nav).toBe(0);
  expect(after.nav).toBeGreaterThan(1200);
  expect(before.icon).toBeLessThan(before.time);
  expect(after.icon).toBeGreaterThan(after.time);
  expect(after.lens).toBeGreaterThan(before.lens);
  expect(after.film).toBeLessThan(before.film);
});

test("an arrow back points to where one came from, and a film still runs to the right", async ({
  app,
}) => {
  await app.page.setViewportSize(sizes.phone);
  await app.open("", "activity/clip-lobby");
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "playing");
  await turn(app);
  await expect(app.find("clip-close").locator("svg")).toHaveCSS("scale", "-1 1");
  expect((await app.box("clip-close")).x).toBeGreaterThan(180);
  await expect(app.page.locator(".scrubber")).toHaveCSS("direction", "ltr");
});
