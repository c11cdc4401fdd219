import { lookAt, painted, shown, watchWide, withoutWebGl } from "../lens.ts";
import { type AppWindow, expect, test } from "../window.ts";

const FIRST = { panDeg: 0, tiltDeg: -35, zoom: 0.9 };
const ENTRY_MS = 5000;

const lens = (app: AppWindow) => app.find("lens-view");
const button = (app: AppWindow, name: string) => app.page.getByRole("button", { name, exact: true });

/** The part of a box at (`x`, `y`), from 0 to 1. */
async function at(app: AppWindow, x: number, y: number): Promise<[number, number]> {
  const box = await app.box("lens-view");
  return [box.x + x * box.width, box.y + y * box.height];
}

/** Counts what is drawn from the next page on. */
async function countDraws(app: AppWindow): Promise<() => Promise<number>> {
  await app.page.addInitScript(() => {
    const { drawArrays } = WebGL2RenderingContext.prototype;
    Object.assign(globalThis, { draws: 0 });
    WebGL2RenderingContext.prototype.drawArrays = function (...call) {
      (globalThis as unknown as { draws: number }).draws += 1;
      drawArrays.apply(this, call);
    };
  });
  return () => app.page.evaluate(() => (globalThis as unknown as { draws: number }).draws);
}

test("a wide-angle clip starts straightened at the door; the whole picture is one tap away and back", async ({
  app,
}) => {
  await watchWide(app, ENTRY_MS);
  await expect(button(app, "Door")).toHaveAttribute("aria-pressed", "true");
  expect(await shown(app)).toEqual(FIRST);
  await button(app, "Whole picture").click();
  await expect(lens(app)).toHaveAttribute("data-shows", "whole");
  await button(app, "Whole picture").click();
  await expect(lens(app)).toHaveAttribute("data-shows", "view");
  await button(app, "Faces").click();
  await expect.poll(async () => (await shown(app)).zoom).toBe(1.9);
  await expect(button(app, "Faces")).toHaveAttribute("aria-pressed", "true");
});

test("a drag turns the view with what was grabbed, and does not play", async ({ app }) => {
  await watchWide(app, ENTRY_MS);
  await app.page.mouse.move(...(await at(app, 0.5, 0.5)));
  await app.page.mouse.down();
  await app.page.mouse.move(...(await at(app, 0.4, 0.5)), { steps: 4 });
  await app.page.mouse.up();
  const { panDeg, tiltDeg } = await shown(app);
  expect(panDeg).toBeGreaterThan(5);
  expect(tiltDeg).toBeLessThan(-30);
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "paused");
  await app.page.mouse.click(...(await at(app, 0.5, 0.5)));
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "playing");
});

test("the wheel comes closer at the pointer", async ({ app }) => {
  await watchWide(app, ENTRY_MS);
  await app.page.mouse.move(...(await at(app, 0.75, 0.5)));
  await app.page.mouse.wheel(0, -400);
  await expect.poll(async () => (await shown(app)).zoom).toBeGreaterThan(1.1);
  expect((await shown(app)).panDeg).toBeGreaterThan(2);
});

test("two fingers come closer to what is between them", async ({ app }) => {
  await watchWide(app, ENTRY_MS);
  const [x, y] = await at(app, 0.5, 0.5);
  const client = await app.page.context().newCDPSession(app.page);
  const touch = (type: "touchStart" | "touchMove", apart: number) =>
    client.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: [-apart, apart].map((off, id) => ({ x: x + off, y, id })),
    });
  await touch("touchStart", 30);
  await touch("touchMove", 45);
  await touch("touchMove", 60);
  await client.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  const { panDeg, zoom } = await shown(app);
  expect(zoom).toBeCloseTo(1.8, 1);
  expect(Math.abs(panDeg)).toBeLessThan(1);
});

test("a double click turns to what is there, in the whole picture too", async ({ app }) => {
  await watchWide(app, ENTRY_MS);
  await app.page.mouse.dblclick(...(await at(app, 0.7, 0.5)));
  await expect.poll(async () => (await shown(app)).panDeg).toBeGreaterThan(10);
  await button(app, "Whole picture").click();
  // The screen on the left wall.
  const { width, height } = await app.box("lens-view");
  const half = Math.min(width, (height * 4) / 3) / 2;
  await app.page.mouse.dblclick(...(await at(app, 0.5 - (0.44 * half) / width, 0.5)));
  await expect(lens(app)).toHaveAttribute("data-shows", "view");
  await expect.poll(async () => (await shown(app)).panDeg).toBeLessThan(-15);
});

test("keys look around without taking the player's", async ({ app }) => {
  await watchWide(app, ENTRY_MS);
  await app.find("clip-player").focus();
  const { keyboard } = app.page;
  await keyboard.press("ArrowRight");
  await expect(app.find("clip-scrubber")).toHaveValue("6000");
  expect(await shown(app)).toEqual(FIRST);
  await keyboard.press("+");
  await keyboard.press("Shift+ArrowRight");
  const turned = await shown(app);
  expect(turned.zoom).toBeCloseTo(1.125, 6);
  expect(turned.panDeg).toBeGreaterThan(3);
  await lens(app).focus();
  await keyboard.press("ArrowLeft");
  expect((await shown(app)).panDeg).toBeCloseTo(0, 6);
  await expect(app.find("clip-scrubber")).toHaveValue("6000");
  await keyboard.press("0");
  await expect.poll(() => shown(app)).toEqual(FIRST);
  await keyboard.press("w");
  await expect(lens(app)).toHaveAttribute("data-shows", "whole");
});

test("how a door was looked at is remembered for the session", async ({ app }) => {
  await watchWide(app, ENTRY_MS);
  await button(app, "Floor").click();
  await button(app, "Whole picture").click();
  await app.open("", "activity/clip-lobby");
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "playing");
  await expect(lens(app)).toHaveCount(0);
  await watchWide(app, ENTRY_MS);
  await expect(lens(app)).toHaveAttribute("data-shows", "whole");
  await button(app, "Whole picture").click();
  await expect(button(app, "Floor")).toHaveAttribute("aria-pressed", "true");
});

test("nothing is drawn while neither the picture nor the view changes", async ({ app }) => {
  const draws = await countDraws(app);
  await watchWide(app, ENTRY_MS);
  // Longer than any picture takes from its seek to the screen.
  await app.page.waitForTimeout(1500);
  const before = await draws();
  expect(before).toBeGreaterThan(0);
  await app.page.waitForTimeout(700);
  expect(await draws()).toBe(before);
  await app.page.keyboard.press("+");
  await expect.poll(draws).toBeGreaterThan(before);
});

test("colours are those of the picture", async ({ app }) => {
  await watchWide(app, ENTRY_MS);
  // At the courier's parcel, which the lens has at (925, 680).
  await lookAt(app, { panDeg: -6.35, tiltDeg: -30.5, zoom: 2 });
  const colourAt = async (place: [number, number]) => {
    const [x, y] = place.map(Math.round) as [number, number];
    const png = await app.page.screenshot({ clip: { x, y, width: 4, height: 4 } });
    return app.page.evaluate(async (png) => {
      const image = new Image();
      image.src = `data:image/png;base64,${png}`;
      await image.decode();
      const context = document.createElement("canvas").getContext("2d");
      context?.drawImage(image, 0, 0);
      return [...(context?.getImageData(2, 2, 1, 1).data ?? [])];
    }, png.toString("base64"));
  };
  const middle = await at(app, 0.5, 0.5);
  const redder = async () => {
    const [red = 0, , blue = 0] = await colourAt(middle);
    return red - blue;
  };
  await expect.poll(redder).toBeGreaterThan(50);
  const straightened = await colourAt(middle);
  await app.page.keyboard.press("w");
  await painted(app);
  const { width, height } = await app.box("lens-view");
  const perPixel = Math.min(width / 1920, height / 1440);
  const parcel: [number, number] = [
    middle[0] + perPixel * (925 - 959.5),
    middle[1] + perPixel * (680 - 719.5),
  ];
  const whole = await colourAt(parcel);
  straightened.forEach((level, channel) =>
    expect(Math.abs(level - (whole[channel] ?? 0))).toBeLessThanOrEqual(6),
  );
});

test("a context that is lost shows the whole picture until it is back", async ({ app }) => {
  await app.page.addInitScript(() => {
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, ...call: unknown[]) {
      const context = (getContext as (...call: unknown[]) => unknown).apply(this, call);
      if (call[0] === "webgl2" && context) {
        const loss = (context as WebGL2RenderingContext).getExtension("WEBGL_lose_context");
        Object.assign(globalThis, { loss });
      }
      return context;
    } as typeof getContext;
  });
  const draws = await countDraws(app);
  await watchWide(app, ENTRY_MS);
  await app.page.evaluate(() =>
    (globalThis as unknown as { loss: WEBGL_lose_context }).loss.loseContext(),
  );
  await expect(lens(app)).toHaveAttribute("data-shows", "whole");
  await expect(app.find("lens-flat")).toBeVisible();
  const before = await draws();
  await app.page.evaluate(() =>
    (globalThis as unknown as { loss: WEBGL_lose_context }).loss.restoreContext(),
  );
  await expect(lens(app)).toHaveAttribute("data-shows", "view");
  await expect.poll(draws).toBeGreaterThan(before);
});

test("without WebGL2 the whole picture plays, and the app says so", async ({ app }) => {
  await withoutWebGl(app);
  await watchWide(app, ENTRY_MS);
  await expect(app.find("lens-flat")).toContainText("You see the whole picture");
  await expect(lens(app)).toHaveAttribute("data-shows", "whole");
  await app.page.mouse.click(...(await at(app, 0.5, 0.5)));
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "playing");
});
