import { pictures } from "./pictures.ts";
import { type AppWindow, NOW, sizes, test } from "./window.ts";

// What is missing or refused is an error in Chromium's console.
test.use({ expectedErrors: { texts: [/Failed to load resource/] } });

/** Which size has every rule checked in which theme. The colours are checked in both. */
const CHECKED = new Map([
  ["phone", "light"],
  ["laptop", "dark"],
]);

async function photograph(app: AppWindow, name: string, size: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await app.page.emulateMedia({ colorScheme });
    await app.screenshot(name, `${size}-${colorScheme}`);
    if (CHECKED.get(size) === colorScheme) await app.expectAccessible();
    else if (CHECKED.has(size)) await app.expectContrast();
  }
}

async function expectMoreContrast(app: AppWindow): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await app.page.emulateMedia({ colorScheme, contrast: "more" });
    await app.expectContrast();
  }
  await app.page.emulateMedia({ contrast: "no-preference" });
}

for (const { name, query, route, reach, held = false } of pictures) {
  test(`${name} is accessible and fits, at every size, light and dark`, async ({ app }) => {
    await app.page.clock.setFixedTime(NOW);
    for (const [size, box] of Object.entries(sizes)) {
      await app.page.setViewportSize(box);
      if (held || size === "phone") {
        // The same address once more would load nothing.
        await app.page.goto("about:blank");
        await app.open(query, route);
        await reach(app);
      }
      await app.settled();
      await photograph(app, name, size);
      await app.expectRoomForThumbs();
    }
    await expectMoreContrast(app);
  });
}
