import { FRAME_MS, pause, pictureOn, player, watch } from "../player.ts";
import { type AppWindow, expect, test } from "../window.ts";

/** Points at a share of the scrubber. */
async function point(app: AppWindow, share: number): Promise<void> {
  const box = await app.find("clip-scrubber").boundingBox();
  if (!box) throw new Error("There is no scrubber.");
  await app.page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
}

test("pointing at a moment shows the keyframe before it, and the film plays on", async ({
  app,
}) => {
  await watch(app);
  await app.find("clip-scrubber").scrollIntoViewIfNeeded();
  for (const [share, second] of [
    [0.76, 15],
    [0.24, 4],
  ] as const) {
    await point(app, share);
    await expect(app.find("clip-peek")).toHaveAttribute("data-state", "here");
    await expect.poll(() => pictureOn(app, "clip-peek-picture")).toBe((second * 1000) / FRAME_MS);
  }
  await expect(player(app)).toHaveAttribute("data-state", "playing");
  await app.page.mouse.move(1, 1);
  await expect(app.find("clip-peek")).toHaveCount(0);
});

test("a peek that the pointer has left is given up", async ({ app }) => {
  await watch(app, "mock=clip-halfway");
  await pause(app);
  const given: string[] = [];
  app.page.on("requestfailed", (request) => given.push(request.url()));
  await app.page.route("**/clip/clip-lobby/*1", () => undefined);
  await app.find("clip-scrubber").scrollIntoViewIfNeeded();
  await point(app, 0.3);
  await expect(app.find("clip-peek")).toHaveAttribute("data-state", "loading");
  await app.page.mouse.move(1, 1);
  await expect.poll(() => given.length).toBeGreaterThan(0);
});
