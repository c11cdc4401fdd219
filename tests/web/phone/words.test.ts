import { pictures } from "../pictures.ts";
import { NOW, test } from "../window.ts";

/** Every language but English, which the gallery is in, and a system that prefers it. */
const languages = [{ language: "Spanish", locale: "es-ES" }];

for (const { language, locale } of languages) {
  test.describe(`in ${language}`, () => {
    // What is missing or refused is an error in Chromium's console.
    test.use({ locale, expectedErrors: { texts: [/Failed to load resource/] } });

    for (const { name, query, route, reach } of pictures) {
      test(`${name} has room for its words`, async ({ app }) => {
        await app.page.clock.setFixedTime(NOW);
        await app.open(query, route);
        await reach(app);
        await app.screenshot(name, language.toLowerCase());
        await app.expectRoomForThumbs();
      });
    }
  });
}
