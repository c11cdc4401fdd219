import { type AppWindow, expect, test } from "../window.ts";

const hold = (app: AppWindow) => app.door("main").getByTestId("remote-hold");

/** A finger, as the browser gets it from the screen. */
async function finger(app: AppWindow) {
  const session = await app.page.context().newCDPSession(app.page);
  const box = await hold(app).boundingBox();
  const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: object[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: touchPoints as never });
  return {
    down: () => touch("touchStart", [{ x, y }]),
    wander: (dx: number, dy: number) => touch("touchMove", [{ x: x + dx, y: y + dy }]),
    up: () => touch("touchEnd", []),
  };
}

test("a finger that holds opens, selects nothing and calls no menu", async ({ app }) => {
  await app.open("mock=doors-away&unlock=unlocked");
  await app.page.evaluate(() => {
    addEventListener("contextmenu", ({ defaultPrevented }) => {
      document.body.dataset["menu"] = defaultPrevented ? "prevented" : "shown";
    });
  });
  const thumb = await finger(app);
  await thumb.down();
  await expect(hold(app)).toHaveAttribute("data-phase", "holding");
  await thumb.wander(6, 3);
  await expect(app.door("main").getByTestId("unlock-state")).toHaveAttribute(
    "data-state",
    "unlocked",
  );
  await thumb.up();
  expect(await app.calls("unlockRemotely")).toEqual([["door-main"]]);
  expect(await app.page.evaluate(() => String(getSelection()))).toBe("");
  expect(await app.page.evaluate(() => document.body.dataset["menu"])).not.toBe("shown");
});

test("a finger that slides off the control opens nothing", async ({ app }) => {
  await app.open("mock=doors-away");
  const thumb = await finger(app);
  await thumb.down();
  await expect(hold(app)).toHaveAttribute("data-phase", "holding");
  await thumb.wander(-20, -120);
  await expect(hold(app)).toHaveAttribute("data-phase", "resting");
  await thumb.up();
  expect(await app.calls("unlockRemotely")).toEqual([]);
});

test("a tap asks first", async ({ app }) => {
  await app.open("mock=doors-away");
  await hold(app).tap();
  await expect(app.door("main").getByTestId("remote-hold-question")).toBeVisible();
  expect(await app.calls("unlockRemotely")).toEqual([]);
});
