import { type AppWindow, expect, test } from "../window.ts";

/** The app's window as it first opens, at its smallest, and a tablet. */
const sizes = [
  { name: "window", width: 960, height: 720 },
  { name: "smallest", width: 360, height: 520 },
  { name: "tablet", width: 820, height: 1180 },
];

const views: { name: string; query: string; route: string; shows: string; control: string }[] = [
  {
    name: "enrol",
    query: "mock=invite-opened",
    route: "",
    shows: "invite-preview",
    control: "enrol-button",
  },
  {
    name: "doors",
    query: "mock=doors-many",
    route: "",
    shows: "view-doors",
    control: "unlock-button",
  },
  {
    name: "clip",
    query: "",
    route: "activity/clip-lobby",
    shows: "clip-badge",
    control: "clip-play",
  },
  { name: "settings", query: "", route: "settings", shows: "view-settings", control: "nav-doors" },
];

const insideWindow = async (app: AppWindow, testId: string) => {
  const boxes = await app.find(testId).evaluateAll((elements) =>
    elements.map((element) => {
      const { top, bottom, left, right } = element.getBoundingClientRect();
      return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
    }),
  );
  return boxes.includes(true);
};

for (const { name, width, height } of sizes) {
  for (const view of views) {
    test(`${view.name} fits the ${name} and keeps its control in sight`, async ({ app }) => {
      await app.page.setViewportSize({ width, height });
      await app.open(view.query, view.route);
      await expect(app.find(view.shows)).toBeVisible();
      await expect.poll(() => insideWindow(app, view.control)).toBe(true);
      await app.screenshot(view.name, name);
      await app.expectRoomForThumbs();
    });
  }
}
