import { numbersOf } from "./film/core.ts";
import { FPS, STAMP } from "./film/scene.ts";
import { type AppWindow, expect } from "./window.ts";

const LEAD_PICTURES = 5 * FPS;
export const FRAME_MS = 1000 / FPS;

export const player = (app: AppWindow) => app.find("clip-player");
export const video = (app: AppWindow) => app.find("clip-video");

export async function watch(app: AppWindow, query = "", clip = "clip-lobby"): Promise<void> {
  await app.open(query, `activity/${clip}`);
  await expect(player(app)).toHaveAttribute("data-state", "playing");
}

export async function pause(app: AppWindow): Promise<void> {
  await app.page.keyboard.press("k");
  await expect(player(app)).toHaveAttribute("data-state", "paused");
}

/** The number that the shown picture carries, counted from the clip's first. */
export async function shownPicture(app: AppWindow): Promise<number> {
  return pictureOn(app, "clip-video");
}

/** The number that a video or canvas carries, whatever its size. */
export async function pictureOn(app: AppWindow, testId: string): Promise<number> {
  const number = await app.find(testId).evaluate((element, stamp) => {
    const shown = element as HTMLVideoElement | HTMLCanvasElement;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [stamp.of.width, stamp.of.height];
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("There is no canvas.");
    context.drawImage(shown, 0, 0, canvas.width, canvas.height);
    return Array.from({ length: stamp.bits }, (_, bit) => {
      const x = stamp.x + bit * stamp.size + stamp.size / 2;
      const [level = 0] = context.getImageData(x, stamp.y + stamp.size / 2, 1, 1).data;
      return level > 127 ? 2 ** bit : 0;
    }).reduce((sum, value) => sum + value, 0);
  }, STAMP);
  return number - LEAD_PICTURES;
}

export const positionMs = (app: AppWindow) =>
  video(app).evaluate((element) => (element as HTMLVideoElement).currentTime * 1000);

export const settled = (app: AppWindow) =>
  expect
    .poll(() => video(app).evaluate((element) => !(element as HTMLVideoElement).seeking))
    .toBe(true);

/** The ends of what is in the buffer, in s. */
export const buffered = (app: AppWindow) =>
  video(app).evaluate((element) => {
    const { buffered } = element as HTMLVideoElement;
    return Array.from({ length: buffered.length }, (_, at) => [
      buffered.start(at),
      buffered.end(at),
    ]);
  });

/** The numbers of the fragments that the page has asked for, in order. */
export function followRequests(app: AppWindow): number[] {
  const asked: number[] = [];
  app.page.on("request", (request) => {
    asked.push(...numbersOf(request.url()));
  });
  return asked;
}
