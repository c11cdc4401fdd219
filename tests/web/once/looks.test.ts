import { pictureNamed } from "../pictures.ts";
import { expect, NOW, sizes, test } from "../window.ts";

/** Key screens, each as it was when somebody last found it right. See docs/decisions. */
const looks: [name: string, size: keyof typeof sizes, colorScheme: "light" | "dark"][] = [
  ["enrol-preview", "phone", "light"],
  ["doors", "phone", "light"],
  ["unlock-denied", "phone", "dark"],
  ["remote-asking", "phone", "light"],
  ["activity-alerts", "phone", "light"],
  ["activity-none", "tablet", "light"],
  ["enrol-preview", "laptop", "dark"],
  ["doors", "laptop", "light"],
  ["doors", "laptop", "dark"],
  ["unlock-denied", "laptop", "light"],
  ["activity-alerts", "laptop", "light"],
  ["activity-alerts", "laptop", "dark"],
  ["guests", "laptop", "light"],
  ["settings", "laptop", "dark"],
];

for (const [name, size, colorScheme] of looks) {
  test.describe(() => {
    test.use({ colorScheme, viewport: sizes[size] });

    test(`${name} looks as it did, ${size}, ${colorScheme}`, async ({ app }) => {
      const { query, route, reach } = pictureNamed(name);
      await app.page.clock.setFixedTime(NOW);
      await app.open(query, route);
      await reach(app);
      await app.page.evaluate(() => document.fonts.ready);
      await expect(app.page).toHaveScreenshot(`${name}-${size}-${colorScheme}.png`, {
        mask: [app.find("thumbnail")],
        maxDiffPixelRatio: 0.01,
      });
    });
  });
}
