import { findLight, LEAST_MARKS, line, measure, MOST_MEAN_PX } from "../../lens/measure.ts";
import { type Setting, truth } from "../../lens/truth.ts";
import { lookAt, watchWide } from "../lens.ts";
import { type AppWindow, expect, test } from "../window.ts";

async function measured(app: AppWindow, setting: Setting) {
  const png = (await app.page.screenshot()).toString("base64");
  const { x: left, y: top, width, height } = await app.box("lens-view");
  return measure(setting, { left, top, width, height }, (places) => {
    const call = `(${findLight.toString()})(${JSON.stringify(png)}, ${JSON.stringify(places)})`;
    return app.page.evaluate<Awaited<ReturnType<typeof findLight>>>(call);
  });
}

for (const setting of truth.settings) {
  const { panDeg, tiltDeg, zoom } = setting;
  test(`at pan ${panDeg}, tilt ${tiltDeg} and zoom ${zoom} marks are where an ideal camera shows them`, async ({
    app,
  }) => {
    await watchWide(app, truth.marksMs + 500);
    await lookAt(app, setting);
    // The picture that was asked for last may still be on its way to the screen.
    await expect(async () => {
      const found = await measured(app, setting);
      expect(found.marks).toBeGreaterThanOrEqual(LEAST_MARKS);
      expect(found.meanPx).toBeLessThanOrEqual(MOST_MEAN_PX);
      console.log(line(found));
    }).toPass({ timeout: 15_000 });
    await app.screenshot(`dewarp-pan${panDeg}-tilt${tiltDeg}-zoom${zoom}`, "chromium");
  });
}
