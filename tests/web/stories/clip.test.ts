import {
  buffered,
  followRequests,
  FRAME_MS,
  pause,
  player,
  positionMs,
  settled,
  shownPicture,
  video,
  watch,
} from "../player.ts";
import { expect, test } from "../window.ts";

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
  await expect.poll(async () => (await buffered(app)).at(-1)?.[1] ?? 0).toBeGreaterThan(19.9);
  expect(await buffered(app)).toEqual([[0, expect.closeTo(20, 1)]]);
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
    await new Promise((resolve) => setTimeout(resolve, 400));
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
  await expect.poll(() => positionMs(app)).toBeGreaterThanOrEqual(15_650);
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
    "1 second before the entry",
  );
  await app.page.keyboard.press("Home");
  await expect.poll(() => positionMs(app)).toBe(0);
});

test("the speed goes by keys and by choice, and stays from one clip to the next", async ({
  app,
}) => {
  await watch(app);
  const speed = () => video(app).evaluate((element) => (element as HTMLVideoElement).playbackRate);
  await app.page.keyboard.press(">");
  await expect.poll(speed).toBe(1.5);
  await app.page.keyboard.press("<");
  await app.page.keyboard.press("<");
  await app.page.keyboard.press("<");
  await app.page.keyboard.press("<");
  await expect.poll(speed).toBe(0.25);
  await app.find("clip-speed").selectOption("4×");
  await expect.poll(speed).toBe(4);
  await app.page.evaluate(() => (location.hash = "#/activity/clip-guest"));
  await expect(player(app)).toHaveAttribute("data-clip-id", "clip-guest");
  await expect.poll(speed).toBe(4);
  await expect(app.find("clip-speed")).toHaveValue("4");
});

test("a jump shows the keyframe before it while the rest is still on its way", async ({ app }) => {
  await app.page.emulateMedia({ reducedMotion: "reduce" });
  const held: (() => void)[] = [];
  await app.page.route("**/clip/clip-lobby/*", async (route) => {
    // Reading ahead must not get there before the jump.
    await new Promise((resolve) => setTimeout(resolve, 400));
    if (route.request().url().endsWith("/152-160")) {
      await new Promise<void>((release) => held.push(release));
    }
    await route.continue();
  });
  await app.open("", "activity/clip-lobby");
  await expect(player(app)).toHaveAttribute("data-state", "paused");
  await app.find("clip-scrubber").fill("15650");
  await expect.poll(() => shownPicture(app)).toBe(15_000 / FRAME_MS);
  await expect(app.find("clip-scrubber")).toHaveValue("15650");
  held.forEach((release) => release());
  await expect.poll(() => shownPicture(app)).toBe(15_650 / FRAME_MS);
});

test("the moment of unlocking is marked and named, and what is buffered shows", async ({ app }) => {
  await watch(app);
  await expect(app.find("clip-entry-mark")).toHaveText("Unlocked");
  await pause(app);
  await expect
    .poll(async () => (await app.find("clip-buffered").boundingBox())?.width)
    .toBeGreaterThan(100);
});

test("the small window is offered where there is one, and only there", async ({ app }) => {
  await app.page.addInitScript(() => {
    Object.defineProperty(document, "pictureInPictureEnabled", { value: true });
    HTMLVideoElement.prototype.requestPictureInPicture = function asked() {
      this.dataset.small = "true";
      return Promise.reject(new Error("There is no screen here."));
    };
  });
  await watch(app);
  await app.find("clip-pip").click();
  await expect(video(app)).toHaveAttribute("data-small", "true");
});

test("no small window is offered where there is none", async ({ app }) => {
  await app.page.addInitScript(() => {
    Object.defineProperty(document, "pictureInPictureEnabled", {
      value: false,
    });
  });
  await watch(app);
  await expect(app.find("clip-speed")).toBeVisible();
  await expect(app.find("clip-pip")).toHaveCount(0);
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
    Object.assign(globalThis, {
      ManagedMediaSource: MediaSource,
      MediaSource: undefined,
    });
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
