import { finger } from "../finger.ts";
import { type AppWindow, expect, test } from "../window.ts";

const hold = (app: AppWindow) => app.door("main").getByTestId("remote-hold");

/** Puts a finger onto the control. */
async function press(app: AppWindow) {
  const thumb = await finger(app);
  await hold(app).scrollIntoViewIfNeeded();
  const box = await hold(app).boundingBox();
  if (!box) throw new Error("There is nothing to hold.");
  await thumb.down({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
  return thumb;
}

test("a finger that holds opens, selects nothing and calls no menu", async ({ app }) => {
  await app.open("mock=doors-away&unlock=unlocked");
  await app.page.evaluate(() => {
    addEventListener("contextmenu", ({ defaultPrevented }) => {
      document.body.dataset["menu"] = defaultPrevented ? "prevented" : "shown";
    });
  });
  const thumb = await press(app);
  await expect(hold(app)).toHaveAttribute("data-phase", "holding");
  await thumb.wander(6, 3);
  await expect(app.door("main").getByTestId("unlock-state")).toHaveAttribute("data-state", "unlocked");
  await thumb.up();
  expect(await app.calls("unlockRemotely")).toEqual([["door-main"]]);
  expect(await app.page.evaluate(() => String(getSelection()))).toBe("");
  expect(await app.page.evaluate(() => document.body.dataset["menu"])).not.toBe("shown");
});

test("a finger that slides off the control opens nothing", async ({ app }) => {
  await app.open("mock=doors-away");
  const thumb = await press(app);
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
