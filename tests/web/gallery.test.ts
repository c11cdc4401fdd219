import { pictures } from "./pictures.ts";
import { NOW, test } from "./window.ts";

// What is missing or refused is an error in Chromium's console.
test.use({ expectedErrors: { texts: [/Failed to load resource/] } });

for (const { name, query, route, reach } of pictures) {
  test(`${name} is accessible, light and dark`, async ({ app }, { project }) => {
    await app.page.clock.setFixedTime(NOW);
    await app.open(query, route);
    await reach(app);
    for (const colorScheme of ["light", "dark"] as const) {
      await app.page.emulateMedia({ colorScheme });
      await app.screenshot(name, `${project.name}-${colorScheme}`);
      await app.expectAccessible();
    }
    await app.expectRoomForThumbs();
  });
}
