import { type AppWindow, expect, test } from "../window.ts";

const sheet = (app: AppWindow) => app.page.getByRole("dialog", { name: "My door code" });

test("a code is made once, hidden until it is shown, and hidden again", async ({ app }) => {
  await app.open("");
  await app.find("own-code").click();
  await expect(sheet(app)).toContainText("Eight digits");
  await app.find("code-make").click();
  await expect(app.find("announcer").first()).toContainText("hidden until you show it");
  await expect(sheet(app)).toContainText("Main entrance, Package room");
  await expect(sheet(app)).not.toContainText("4071");
  expect(await app.calls("revealOwnCode")).toEqual([]);
  await app.find("code-toggle").click();
  await expect(app.find("code-toggle")).toContainText("4071");
  await expect(app.find("code-spelled")).toHaveText("4 0 7 1 8 2 6 3");
  await app.find("code-toggle").click();
  await expect(sheet(app)).not.toContainText("4071");
});

test("a shown code is hidden when the sheet is closed", async ({ app }) => {
  await app.open("mock=code-made");
  await app.find("own-code").click();
  await app.find("code-toggle").click();
  await expect(app.find("code-toggle")).toContainText("8263");
  await app.page.keyboard.press("Escape");
  await expect(sheet(app)).toHaveCount(0);
  await expect(app.find("own-code")).toBeFocused();
  await app.page.keyboard.press("Enter");
  await expect(app.find("code-toggle")).toBeVisible();
  await expect(sheet(app)).not.toContainText("8263");
});

test("a code that was made is there offline; none can be made then", async ({ app }) => {
  await app.open("mock=code-offline");
  await app.find("own-code").click();
  await app.find("code-toggle").click();
  await expect(app.find("code-toggle")).toContainText("4071");
  await app.find("code-renew").click();
  await expect(app.find("code-offline")).toBeVisible();
  await expect(app.find("code-renew-confirm")).toBeDisabled();
});

test("offline and without a code, it says what it needs once", async ({ app }) => {
  await app.open("mock=offline");
  await app.find("own-code").click();
  await expect(app.find("code-offline")).toContainText("Connect once");
  await expect(app.find("code-make")).toBeDisabled();
});

test("a new code asks first, and then takes the old one's place", async ({ app }) => {
  await app.open("mock=code-made");
  await app.find("own-code").click();
  await app.find("code-renew").click();
  await expect(app.find("code-replacing")).toContainText("opens nothing once");
  expect(await app.calls("makeOwnCode")).toEqual([]);
  await app.find("code-renew-confirm").click();
  await expect(app.find("code-replacing")).toHaveCount(0);
  expect(await app.calls("makeOwnCode")).toHaveLength(1);
});

test("a refusal says why", async ({ app }) => {
  await app.open("code=code_refused");
  await app.find("own-code").click();
  await app.find("code-make").click();
  await expect(app.find("code-failure")).toContainText("The building made no code");
});

test("it is copied when the person asks", async ({ app }) => {
  await app.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await app.open("mock=code-made");
  await app.find("own-code").click();
  await expect(app.find("code-copy")).toHaveCount(0);
  await app.find("code-toggle").click();
  await app.find("code-copy").click();
  await expect(app.find("code-copy")).toHaveText("Copied");
  expect(await app.page.evaluate(() => navigator.clipboard.readText())).toBe("40718263");
  await expect(app.find("code-copy")).toHaveText("Copy");
});

test("where it cannot be copied, the sheet says what to do instead", async ({ app }) => {
  await app.page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
  });
  await app.open("mock=code-made");
  await app.find("own-code").click();
  await app.find("code-toggle").click();
  await app.find("code-copy").click();
  await expect(app.page.getByRole("alert")).toHaveText("Not copied. Write it down instead.");
});

test("a shown code is hidden when the window is put away", async ({ app }) => {
  await app.open("mock=code-made");
  await app.find("own-code").click();
  await app.find("code-toggle").click();
  await expect(app.find("code-toggle")).toContainText("8263");
  await app.page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect(sheet(app)).not.toContainText("8263");
});

test("what is said twice is read out twice", async ({ app }) => {
  await app.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await app.open("mock=code-made");
  await app.find("own-code").click();
  await app.find("code-toggle").click();
  await app.find("code-copy").click();
  const said = app.find("announcer").getByText("Copied");
  const first = await said.elementHandle();
  await app.find("code-copy").click();
  await expect.poll(() => first?.evaluate((element) => element.isConnected)).toBe(false);
  await expect(said).toHaveText("Copied");
});

test("where no door has a keypad, no code is offered", async ({ app }) => {
  await app.open("");
  await expect(app.find("own-code")).toBeVisible();
  const snapshot = await app.snapshot();
  const doors = snapshot.doors.map((door) => ({ ...door, keypad: false }));
  await app.emit("snapshot-changed", { ...snapshot, doors });
  await expect(app.find("own-code")).toHaveCount(0);
});
