import { type AppWindow, expect } from "./window.ts";

export interface View {
  panDeg: number;
  tiltDeg: number;
  zoom: number;
}

/** Opens the clip of the wide-angle camera and stops it at a moment. */
export async function watchWide(app: AppWindow, ms: number): Promise<void> {
  await app.open("", "activity/clip-wide");
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "playing");
  await app.page.keyboard.press("k");
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "paused");
  await app.find("clip-scrubber").fill(String(ms));
  await expect
    .poll(() => app.page.locator("video").evaluate((video: HTMLVideoElement) => video.seeking))
    .toBe(false);
  await painted(app);
}

/** Looks at the clip's door as somebody did before in this session, without what lies over the picture. */
export async function lookAt(app: AppWindow, { panDeg, tiltDeg, zoom }: View): Promise<void> {
  const looked = { whole: false, chosen: null, view: { panDeg, tiltDeg, zoom } };
  await app.page.evaluate(
    (looked) => sessionStorage.setItem("looked:door-main", JSON.stringify(looked)),
    looked,
  );
  const ms = Number(await app.find("clip-scrubber").inputValue());
  await app.page.reload();
  await watchWide(app, ms);
  await expect.poll(() => shown(app)).toEqual({ panDeg, tiltDeg, zoom });
  await app.page
    .getByTestId("lens-zoom")
    .evaluate((buttons: HTMLElement) => (buttons.style.visibility = "hidden"));
}

/** The view on screen; rounded, as angles are computed on the way. */
export async function shown(app: AppWindow): Promise<View> {
  const of = async (name: string) =>
    Math.round(1e6 * Number(await app.find("lens-view").getAttribute(`data-${name}`))) / 1e6;
  return { panDeg: await of("pan"), tiltDeg: await of("tilt"), zoom: await of("zoom") };
}

/** Takes WebGL away from the next page on. */
export async function withoutWebGl(app: AppWindow): Promise<void> {
  await app.page.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
}

/** Two repaints later, what was due is on the screen. */
export async function painted(app: AppWindow): Promise<void> {
  await app.page.evaluate(
    () =>
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))),
  );
}
