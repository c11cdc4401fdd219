import { pictures } from "../pictures.ts";
import type { Picture } from "../pictures/picture.ts";
import { type AppWindow, expect, NOW, test } from "../window.ts";

/** A phone with a notch and a bar for gestures, upright. */
const NOTCH = { top: 59, bottom: 34 };

const named = (name: string): Picture => {
  const picture = pictures.find((known) => known.name === name);
  if (!picture) throw new Error(`There is no picture ${name}.`);
  return picture;
};

async function withNotch(app: AppWindow): Promise<void> {
  const session = await app.page.context().newCDPSession(app.page);
  await session.send("Emulation.setSafeAreaInsetsOverride", { insets: NOTCH });
}

/** Everything to press or to read a title on that lies under the notch or the bar. */
const underTheEdges = (app: AppWindow) =>
  app.page.evaluate(({ top, bottom }) => {
    const shown = [...document.querySelectorAll("button, a, input, h1, h2, [role=dialog] p")];
    return shown
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .filter((element) => !element.closest(".visually-hidden"))
      .filter((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        // What has been scrolled away, or lies below, is not under an edge but elsewhere.
        const hit = document.elementFromPoint(x + width / 2, y + height / 2);
        return hit !== null && (element.contains(hit) || hit.contains(element));
      })
      .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.top < top || (box.bottom > innerHeight - bottom && box.top < innerHeight);
      })
      .filter((element) => {
        for (let parent = element.parentElement; parent; parent = parent.parentElement) {
          if (parent.scrollHeight > parent.clientHeight + 1) return parent === document.body;
        }
        return true;
      })
      .map((element) => element.outerHTML.slice(0, 120));
  }, NOTCH);

const SCREENS = [
  "start-failed",
  "enrol-empty",
  "enrol-preview",
  "doors",
  "doors-many",
  "doors-none",
  "unlock-unlocked",
  "remote-asking",
];

for (const name of SCREENS) {
  const { query, route, reach } = named(name);
  test(`${name} keeps clear of the notch and of the bar`, async ({ app }) => {
    await app.page.clock.setFixedTime(NOW);
    await app.open(query, route);
    await withNotch(app);
    await reach(app);
    await app.screenshot(name, "notch");
    expect(await underTheEdges(app)).toEqual([]);
  });
}

test("a clip keeps clear of the notch, and so does its film", async ({ app }) => {
  await app.open("", "activity/clip-lobby");
  await withNotch(app);
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "playing");
  await app.screenshot("clip", "notch");
  expect(await underTheEdges(app)).toEqual([]);
  expect((await app.box("clip-close")).y).toBeGreaterThanOrEqual(NOTCH.top);
  expect((await app.box("clip-video")).y).toBeGreaterThanOrEqual(NOTCH.top);
});

test("a question from below keeps its answers above the bar", async ({ app }) => {
  await app.open("", "settings");
  await withNotch(app);
  await app.find("leave-building").tap();
  await expect(app.find("leave-confirm")).toBeVisible();
  await app.page.waitForTimeout(400);
  await app.screenshot("leave-question", "notch");
  const { y, height } = await app.box("leave-confirm");
  const screen = app.page.viewportSize()?.height ?? 0;
  expect(y + height).toBeLessThanOrEqual(screen - NOTCH.bottom);
});

test("the keyboard covers neither the invite's field nor what is said of it", async ({ app }) => {
  await app.open("mock=not-enrolled");
  const content = await app.page.locator("meta[name=viewport]").getAttribute("content");
  expect(content).toContain("interactive-widget=resizes-content");
  await app.find("invite-input").tap();
  // What a phone does for that word: the page gets the room above the keyboard.
  await app.page.setViewportSize({ width: 360, height: 400 });
  await app.page.keyboard.insertText("https://example.org/hello");
  await expect(app.page.locator("#invite-error")).toBeVisible();
  await app.find("invite-input").scrollIntoViewIfNeeded();
  await app.screenshot("enrol-keyboard", "phone");
  const field = await app.box("invite-input");
  expect(field.y).toBeGreaterThanOrEqual(0);
  expect(field.y + field.height).toBeLessThanOrEqual(400);
  const onTop = await app.page.evaluate(
    ({ x, y, width, height }) =>
      [0.1, 0.5, 0.9].map((part) => document.elementFromPoint(x + width / 2, y + part * height)?.id),
    field,
  );
  expect(onTop).toEqual(["invite", "invite", "invite"]);
  await app.find("enrol-button").scrollIntoViewIfNeeded();
  await expect(app.find("enrol-button")).toBeInViewport({ ratio: 1 });
});

test("the invite's field does not make a phone zoom in", async ({ app }) => {
  await app.open("mock=not-enrolled");
  const size = await app
    .find("invite-input")
    .evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
  expect(size).toBeGreaterThanOrEqual(16);
});
