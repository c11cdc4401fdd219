import type { Locator } from "@playwright/test";
import { type AppWindow, expect, NOW, sizes, test } from "../window.ts";

const style = (locator: Locator, property: string) =>
  locator.evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);

/** What a system colour is here. */
const system = (app: AppWindow, name: string) =>
  app.page.evaluate((name) => {
    const probe = document.createElement("i");
    probe.style.setProperty("forced-color-adjust", "none");
    probe.style.setProperty("color", name);
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  }, name);

async function expectEdges(app: AppWindow, locator: Locator): Promise<void> {
  expect(await style(locator, "border-top-style")).toBe("solid");
  expect(await style(locator, "border-top-color")).not.toBe(await system(app, "Canvas"));
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in a person's own colours, ${colorScheme}`, () => {
    test.use({ colorScheme, viewport: sizes.phone });

    test.beforeEach(async ({ app }) => {
      await app.page.emulateMedia({ forcedColors: "active" });
      await app.page.clock.setFixedTime(NOW);
    });

    test("a door is drawn in them, and its cards have edges", async ({ app }) => {
      await app.open("unlock=unlocked");
      const main = app.door("main");
      await expectEdges(app, app.door("parcels"));
      await expectEdges(app, app.door("parcels").getByTestId("unlock-button"));
      const leaf = main.locator(".leaf");
      await expect(leaf).toHaveCSS("fill", await system(app, "ButtonFace"));
      await expect(main.locator(".frame")).toHaveCSS("stroke", await system(app, "ButtonText"));
      await app.screenshot("forced-colors-doors", colorScheme);
      await main.getByTestId("unlock-button").click();
      await expect(leaf).toHaveCSS("fill", await system(app, "Highlight"));
      await app.screenshot("forced-colors-unlocked", colorScheme);
    });

    test("what is chosen is told from what is not", async ({ app }) => {
      await app.open("", "settings");
      const highlight = await system(app, "Highlight");
      const label = (name: string) => app.find("theme").locator("label", { hasText: name });
      await expect(label("System")).toHaveCSS("background-color", highlight);
      await expect(label("Light")).not.toHaveCSS("background-color", highlight);
      await expectEdges(app, app.page.locator("section .card").first());
      const pill = (testId: string) => app.find(testId).locator(".pill");
      await expect(pill("nav-settings")).toHaveCSS("background-color", highlight);
      await expect(pill("nav-doors")).not.toHaveCSS("background-color", highlight);
      await app.screenshot("forced-colors-settings", colorScheme);
    });

    test("the focus is seen", async ({ app }) => {
      await app.open("");
      await app.page.keyboard.press("Tab");
      const at = app.page.locator(":focus");
      await expect(at).toHaveCSS("outline-style", "solid");
      expect(await style(at, "outline-color")).not.toBe(await system(app, "Canvas"));
    });

    test("activity, and where a film is", async ({ app }) => {
      await app.open("", "activity?who=delivery");
      await expect(app.find("activity-item").first()).toBeVisible();
      const highlight = await system(app, "Highlight");
      await expect(app.find("activity-who")).toHaveCSS("background-color", highlight);
      await expect(app.find("activity-door")).not.toHaveCSS("background-color", highlight);
      await app.screenshot("forced-colors-activity", colorScheme);
      await app.open("", "activity/clip-lobby");
      await expect(app.find("clip-player")).toHaveAttribute("data-state", "playing");
      await app.page.keyboard.press("k");
      await expect(app.page.locator(".scrubber .played")).toHaveCSS("background-color", highlight);
      await app.screenshot("forced-colors-clip", colorScheme);
    });
  });
}
