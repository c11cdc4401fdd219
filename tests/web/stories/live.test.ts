import { type AppWindow, expect, test } from "../window.ts";

const view = (app: AppWindow) => app.find("view-live");
const video = (app: AppWindow) => app.find("live-video");

const state = (app: AppWindow, name: string) =>
  expect(view(app)).toHaveAttribute("data-state", name);

async function watch(app: AppWindow, query = ""): Promise<void> {
  await app.open(query, "live/door-main");
  await state(app, "live");
}

const behindS = (app: AppWindow) =>
  video(app).evaluate((element) => {
    const { buffered, currentTime } = element as HTMLVideoElement;
    return buffered.end(buffered.length - 1) - currentTime;
  });

const frames = (app: AppWindow) =>
  video(app).evaluate(
    (element) => (element as HTMLVideoElement).getVideoPlaybackQuality().totalVideoFrames,
  );

// What a picture breaks off with is an error status in Chromium's console.
test.use({ expectedErrors: { texts: [/503 \(Service Unavailable\)/] } });

test("a resident watches a door live from its card, and comes back", async ({ app }) => {
  await app.open("");
  await app.door("main").getByTestId("live-link").click();
  await state(app, "live");
  await expect(app.find("live-badge")).toHaveText("Live");
  await expect(view(app)).toContainText("written into the building’s log");
  await expect.poll(() => frames(app)).toBeGreaterThan(20);
  await app.page.keyboard.press("Escape");
  await expect(app.find("view-doors")).toBeVisible();
  expect(await app.calls("liveClose")).toEqual([["watch-1"]]);
});

test("a door without a camera offers no live picture", async ({ app }) => {
  await app.open("");
  await expect(app.door("parcels").getByTestId("live-link")).toBeVisible();
  await expect(app.door("flat").getByTestId("live-link")).toHaveCount(0);
});

test("the picture stays at the live edge", async ({ app }) => {
  await watch(app);
  for (let second = 0; second < 5; second += 1) {
    await app.page.waitForTimeout(1000);
    expect(await behindS(app)).toBeLessThan(1.3);
  }
});

test("who fell behind is shown the newest pictures, not those in between", async ({ app }) => {
  const asked: number[] = [];
  app.page.on("request", (request) => {
    const match = /\/live\/[\w-]+\/(\d+)$/.exec(request.url());
    if (match) asked.push(Number(match[1]));
  });
  await watch(app);
  const late = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 4000));
  await app.page.route(
    "**/live/**",
    async (route) => {
      await late();
      await route.continue();
    },
    { times: 1 },
  );
  await expect
    .poll(() => asked.some((n, at) => n > (asked[at - 1] ?? n) + 10), {
      timeout: 10_000,
    })
    .toBe(true);
  await expect.poll(() => behindS(app)).toBeLessThan(1.3);
  await state(app, "live");
});

test("a picture that broke off comes back by itself", async ({ app }) => {
  await app.open("live-ends=connection_lost", "live/door-main");
  await state(app, "live");
  await state(app, "waiting");
  await expect(view(app)).toHaveAttribute("data-error", "connection_lost");
  await expect(app.find("live-waiting")).toContainText("tries again by itself");
  await state(app, "live");
  expect((await app.calls("liveOpen")).length).toBeGreaterThan(1);
});

test("who stops is sent nothing until they watch again", async ({ app }) => {
  await watch(app);
  await app.find("live-stop").click();
  await expect(app.find("live-ended")).toContainText("You stopped watching");
  expect(await app.calls("liveClose")).toEqual([["watch-1"]]);
  await app.page.getByRole("button", { name: "Watch again" }).click();
  await state(app, "live");
});

/** As when another window comes before this one, or goes away again. */
const turnAway = (app: AppWindow, away: boolean) =>
  app.page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, away);

test("a picture that nobody watches any more holds no memory", async ({ app }) => {
  await watch(app);
  const element = await video(app).elementHandle();
  const readyState = () => element?.evaluate((shown) => (shown as HTMLVideoElement).readyState);
  expect(await readyState()).toBeGreaterThan(0);
  await app.find("live-stop").click();
  await expect.poll(readyState).toBe(0);
});

test("who looks elsewhere is sent nothing, and goes on watching after", async ({ app }) => {
  await watch(app);
  await turnAway(app, true);
  await expect.poll(() => app.calls("liveClose")).toEqual([["watch-1"]]);
  await turnAway(app, false);
  await state(app, "live");
});

test("who stopped and looks elsewhere does not watch again unasked", async ({ app }) => {
  await watch(app);
  await app.find("live-stop").click();
  await expect(app.find("live-ended")).toBeVisible();
  await turnAway(app, true);
  await turnAway(app, false);
  await app.settled();
  await state(app, "ended");
  expect(await app.calls("liveOpen")).toHaveLength(1);
});

for (const [code, text] of [
  ["live_not_allowed", "This device may not watch here"],
  ["live_not_offered", "Nobody may watch this door live"],
  ["live_tampered", "This is not the door’s picture"],
] as const) {
  test(`${code} is said, and not tried again`, async ({ app }) => {
    await app.open(`live=${code}`, "live/door-main");
    await expect(app.find("live-failed")).toContainText(text);
    await app.page.waitForTimeout(1200);
    expect(await app.calls("liveOpen")).toHaveLength(1);
  });
}

for (const [code, text] of [
  ["camera_off", "The camera is off"],
  ["door_offline", "The door is not connected"],
  ["hub_unreachable", "server"],
  ["live_busy", "Too many are watching"],
] as const) {
  test(`${code} is said, and tried again`, async ({ app }) => {
    await app.open(`live=${code}`, "live/door-main");
    await expect(app.find("live-waiting")).toContainText(text);
    await expect.poll(async () => (await app.calls("liveOpen")).length).toBeGreaterThan(1);
  });
}
