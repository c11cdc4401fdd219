import { answerInstead, stored } from "../film/core.ts";
import { type Damage, damageFragment, DAMAGES } from "../film/damage.ts";
import {
  buffered,
  FRAME_MS,
  pause,
  player,
  positionMs,
  shownPicture,
  video,
  watch,
} from "../player.ts";
import { expect, NOW, test } from "../window.ts";

// What the core refuses is an error in Chromium's console.
test.use({ expectedErrors: { texts: [/Failed to load resource/] } });

test.beforeEach(async ({ app }) => {
  await app.page.clock.setFixedTime(NOW);
});

/** Refused in the middle of the film: what lies before it is shown, nothing after. */
const REFUSED = 125;
const CUT_MS = 12_400;

for (const damage of Object.keys(DAMAGES) as Damage[]) {
  test(`a ${damage} fragment is refused and said so; what was proven before stays`, async ({
    app,
  }) => {
    await damageFragment(app.page, REFUSED, damage);
    await watch(app);
    await expect(app.find("clip-badge")).toHaveText("Not verified from 17:50:02 on");
    await expect(player(app)).toHaveAttribute("data-verified", "false");
    await app.find("clip-scrubber").fill("12000");
    await expect(app.find("clip-cut")).toContainText("The video stops here");
    await expect(app.find("clip-cut")).toContainText("not what the door recorded");
    await expect(player(app)).toHaveAttribute("data-state", "ended");
    expect(await positionMs(app)).toBeLessThanOrEqual(CUT_MS + FRAME_MS);
    expect((await buffered(app)).at(-1)?.[1]).toBeLessThanOrEqual((CUT_MS + FRAME_MS) / 1000);
    await app.find("clip-scrubber").fill("3025");
    await expect(app.find("clip-cut")).toHaveCount(0);
    await expect.poll(() => positionMs(app)).toBeLessThan(CUT_MS);
  });
}

test("nothing after a refused fragment can be reached, also by a jump over it", async ({ app }) => {
  await app.page.emulateMedia({ reducedMotion: "reduce" });
  await damageFragment(app.page, 155, "tampered");
  await app.open("", "activity/clip-lobby");
  await expect(player(app)).toHaveAttribute("data-state", "paused");
  await app.find("clip-scrubber").fill("15650");
  await expect(app.find("clip-badge")).toHaveAttribute("data-state", "cut");
  await app.find("clip-scrubber").fill("19000");
  await expect.poll(() => positionMs(app)).toBeLessThanOrEqual(15_400 + FRAME_MS);
  await app.find("clip-scrubber").fill("14025");
  await expect.poll(() => shownPicture(app)).toBe(Math.floor(14_025 / FRAME_MS));
});

test("a film whose first fragment is refused is not shown at all", async ({ app }) => {
  await damageFragment(app.page, 1, "tampered");
  await app.open("", "activity/clip-lobby");
  await expect(app.find("clip-tampered")).toContainText("This video was altered");
  await expect(player(app)).toHaveAttribute("data-state", "failed");
  await expect(player(app)).toHaveAttribute("data-verified", "false");
  await expect(video(app)).toHaveCount(0);
});

test("a film whose index is refused is not shown at all", async ({ app }) => {
  await app.open("clip=clip_tampered", "activity/clip-lobby");
  await expect(app.find("clip-tampered")).toContainText("it is not shown");
  await expect(video(app)).toHaveCount(0);
});

test("a fragment that is missing is asked for again, quietly, and at once if told so", async ({
  app,
}) => {
  // The first pause is half a second; the next would not end.
  await app.page.addInitScript(() => {
    const wait = window.setTimeout;
    const longer = (act: TimerHandler, ms = 0) => wait(act, ms < 1000 ? ms : 3_600_000);
    window.setTimeout = longer as typeof window.setTimeout;
  });
  let missing = true;
  let refused = 0;
  await answerInstead(app.page, 12, () => {
    if (!missing) return stored(12);
    refused += 1;
    return { status: 404, json: { code: "clip_unavailable", retryable: true } };
  });
  await app.open("", "activity/clip-lobby");
  await expect(app.find("clip-trouble")).toContainText("Trying again");
  // With its neighbours, by itself, and once again: how often it goes with neighbours depends on how fast those come.
  await expect.poll(() => refused).toBeGreaterThanOrEqual(3);
  missing = false;
  await app.find("clip-trouble").getByRole("button", { name: "Try again" }).click();
  await expect(player(app)).toHaveAttribute("data-state", "playing");
  await expect(app.find("clip-trouble")).toHaveCount(0);
});

test("bytes that are no video are a failure, not a black picture", async ({ app }) => {
  const { length } = await stored(3);
  await answerInstead(app.page, 3, () => Buffer.alloc(length, "not a fragment at all "));
  await app.open("", "activity/clip-lobby");
  await expect(app.find("clip-failed")).toBeVisible();
});

test("a paused film that is refused further on keeps its picture", async ({ app }) => {
  await damageFragment(app.page, REFUSED, "swapped");
  await watch(app);
  await pause(app);
  const before = await shownPicture(app);
  await expect(app.find("clip-badge")).toHaveAttribute("data-state", "cut");
  expect(await shownPicture(app)).toBe(before);
});
