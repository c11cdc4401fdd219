import { FPS, STAMP } from "../film/scene.ts";
import { type AppWindow, expect, test } from "../window.ts";

const LEAD_PICTURES = 5 * FPS;
const FRAME_MS = 1000 / FPS;

const player = (app: AppWindow) => app.find("clip-player");
const video = (app: AppWindow) => app.page.locator("video");

async function watch(app: AppWindow, query = ""): Promise<void> {
  await app.open(query, "activity/clip-lobby");
  await expect(player(app)).toHaveAttribute("data-state", "playing");
}

async function pause(app: AppWindow): Promise<void> {
  await app.page.keyboard.press("k");
  await expect(player(app)).toHaveAttribute("data-state", "paused");
}

/** The number that the shown picture carries, counted from the clip's first. */
async function shownPicture(app: AppWindow): Promise<number> {
  const number = await video(app).evaluate((element, stamp) => {
    const film = element as HTMLVideoElement;
    const canvas = document.createElement("canvas");
    canvas.width = film.videoWidth;
    canvas.height = film.videoHeight;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("There is no canvas.");
    context.drawImage(film, 0, 0);
    return Array.from({ length: stamp.bits }, (_, bit) => {
      const x = stamp.x + bit * stamp.size + stamp.size / 2;
      const [level = 0] = context.getImageData(x, stamp.y + stamp.size / 2, 1, 1).data;
      return level > 127 ? 2 ** bit : 0;
    }).reduce((sum, value) => sum + value, 0);
  }, STAMP);
  return number - LEAD_PICTURES;
}

const positionMs = (app: AppWindow) =>
  video(app).evaluate((element) => (element as HTMLVideoElement).currentTime * 1000);

const settled = (app: AppWindow) =>
  expect
    .poll(() => video(app).evaluate((element) => !(element as HTMLVideoElement).seeking))
    .toBe(true);

/** The numbers of the fragments that the page has asked for, in order. */
function followRequests(app: AppWindow): number[] {
  const asked: number[] = [];
  app.page.on("request", (request) => {
    const match = /\/clip\/clip-lobby\/(\d+)$/.exec(request.url());
    if (match) asked.push(Number(match[1]));
  });
  return asked;
}

test("a clip plays by itself, from before the entry, and says that it is verified", async ({
  app,
}) => {
  const asked = followRequests(app);
  await watch(app);
  await expect(player(app)).toHaveAttribute("data-verified", "true");
  await expect(app.find("clip-badge")).toHaveText(/Verified: recorded by Package room, unaltered/);
  await expect.poll(() => positionMs(app)).toBeGreaterThan(1000);
  const frames = await video(app).evaluate(
    (element) => (element as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames,
  );
  expect(frames).toBeGreaterThan(10);
  expect(asked.slice(0, 4)).toEqual([0, 1, 2, 3]);
  expect(new Set(asked).size).toBe(asked.length);
});

test("the buffer is one piece, and the clip starts at nought although the camera's clock does not", async ({
  app,
}) => {
  await watch(app);
  await pause(app);
  const buffered = () =>
    video(app).evaluate((element) => {
      const { buffered } = element as HTMLVideoElement;
      return Array.from({ length: buffered.length }, (_, at) => [
        buffered.start(at),
        buffered.end(at),
      ]);
    });
  await expect.poll(async () => (await buffered()).at(-1)?.[1] ?? 0).toBeGreaterThan(19.9);
  expect(await buffered()).toEqual([[0, expect.closeTo(20, 1)]]);
});

test("each moment shows its own picture", async ({ app }) => {
  await watch(app);
  await pause(app);
  for (const ms of [12_345, 3_025, 19_775, 10_025, 25]) {
    await app.find("clip-scrubber").fill(String(ms));
    await settled(app);
    await expect.poll(() => shownPicture(app)).toBe(Math.floor(ms / FRAME_MS));
  }
});

test("a jump ahead fetches from the keyframe before it, and not what lies between", async ({
  app,
}) => {
  const asked = followRequests(app);
  await app.page.route("**/clip/clip-lobby/*", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    await route.continue();
  });
  await watch(app);
  await app.find("clip-scrubber").fill("15650");
  await settled(app);
  const jump = asked.indexOf(151);
  expect(jump).toBeGreaterThan(0);
  const readAhead = Math.max(...asked.slice(0, jump));
  expect(readAhead).toBeLessThan(140);
  expect(asked.filter((n) => n > readAhead && n < 151)).toEqual([]);
  expect(await positionMs(app)).toBeGreaterThanOrEqual(15_650);
});

test("single frames step exactly, both ways", async ({ app }) => {
  await watch(app);
  await pause(app);
  await app.find("clip-scrubber").fill("10025");
  await settled(app);
  await expect.poll(() => shownPicture(app)).toBe(200);
  for (const [key, picture] of [
    [".", 201],
    [".", 202],
    [",", 201],
    [",", 200],
    [",", 199],
  ] as const) {
    await app.page.keyboard.press(key);
    await settled(app);
    await expect.poll(() => shownPicture(app)).toBe(picture);
  }
});

test("keys play, skip, jump to the entry and change the speed", async ({ app }) => {
  await watch(app);
  await app.page.keyboard.press(" ");
  await expect(player(app)).toHaveAttribute("data-state", "paused");
  await app.page.keyboard.press("e");
  await expect.poll(() => positionMs(app)).toBe(10_000);
  await app.page.keyboard.press("l");
  await expect.poll(() => positionMs(app)).toBe(15_000);
  await app.page.keyboard.press("j");
  await app.page.keyboard.press("ArrowLeft");
  await expect.poll(() => positionMs(app)).toBe(9_000);
  await expect(app.find("clip-scrubber")).toHaveAttribute(
    "aria-valuetext",
    "1 seconds before the entry",
  );
  await app.page.keyboard.press("Home");
  await expect.poll(() => positionMs(app)).toBe(0);
  await app.page.keyboard.press("s");
  const speed = () => video(app).evaluate((element) => (element as HTMLVideoElement).playbackRate);
  expect(await speed()).toBe(2);
});

test("it ends, and plays again from the start", async ({ app }) => {
  await watch(app);
  await app.find("clip-scrubber").fill("19500");
  await expect(player(app)).toHaveAttribute("data-state", "ended");
  await app.page.getByRole("button", { name: "Play again" }).click();
  await expect(player(app)).toHaveAttribute("data-state", "playing");
  await expect.poll(() => positionMs(app)).toBeLessThan(5_000);
});

test("who wants less motion starts the clip themselves", async ({ app }) => {
  await app.page.emulateMedia({ reducedMotion: "reduce" });
  await app.open("", "activity/clip-lobby");
  await expect(player(app)).toHaveAttribute("data-state", "paused");
  await app.find("clip-play").click();
  await expect(player(app)).toHaveAttribute("data-state", "playing");
});

test("iOS's managed source plays the same", async ({ app }) => {
  await app.page.addInitScript(() => {
    Object.assign(globalThis, { ManagedMediaSource: MediaSource, MediaSource: undefined });
  });
  await watch(app);
  await expect.poll(() => positionMs(app)).toBeGreaterThan(500);
});

test("a window that cannot decode it says so, and how to mend that", async ({ app }) => {
  await app.page.addInitScript(() => Object.assign(globalThis, { MediaSource: undefined }));
  await app.open("", "activity/clip-lobby");
  await expect(app.find("clip-unsupported")).toContainText("gstreamer1.0-libav");
  await expect(player(app)).toHaveAttribute("data-state", "failed");
});

test.describe("with bytes that do not arrive as they were sent", () => {
  test.use({ expectedErrors: { texts: [/Failed to load resource/] } });

  test("a tampered fragment ends the show, clearly", async ({ app }) => {
    await app.page.route("**/clip/clip-lobby/37", (route) =>
      route.fulfill({ status: 422, json: { code: "clip_tampered", retryable: false } }),
    );
    await app.open("", "activity/clip-lobby");
    await expect(app.find("clip-tampered")).toContainText("This video was altered");
    await expect(player(app)).toHaveAttribute("data-state", "failed");
    await expect(player(app)).toHaveAttribute("data-verified", "false");
    await expect(video(app)).toHaveCount(0);
  });

  test("a fragment that is missing can be asked for again", async ({ app }) => {
    let missing = true;
    await app.page.route("**/clip/clip-lobby/12", (route) =>
      missing
        ? route.fulfill({ status: 404, json: { code: "clip_unavailable", retryable: true } })
        : route.continue(),
    );
    await app.open("", "activity/clip-lobby");
    await expect(app.find("clip-failed")).toBeVisible();
    missing = false;
    await app.page.getByRole("button", { name: "Try again" }).click();
    await expect(player(app)).toHaveAttribute("data-state", "playing");
  });

  test("bytes that are no video are a failure, not a black picture", async ({ app }) => {
    await app.page.route("**/clip/clip-lobby/3", (route) =>
      route.fulfill({
        status: 200,
        contentType: "video/mp4",
        body: Buffer.from("not a fragment at all"),
      }),
    );
    await app.open("", "activity/clip-lobby");
    await expect(app.find("clip-failed")).toBeVisible();
  });

  test("a film that is not over starts when it is", async ({ app }) => {
    await app.open("", "activity/clip-live");
    await expect(app.find("clip-filming")).toBeVisible();
    await app.page.route("**/clip/clip-live/*", (route) =>
      route.continue({ url: route.request().url().replace("clip-live", "clip-lobby") }),
    );
    const [live] = await app.activity();
    await app.emit("activity-changed", { ...live, clip: { id: "clip-live", state: "ready" } });
    await expect(player(app)).toHaveAttribute("data-state", "playing");
  });
});
