import { held } from "../held.ts";
import { tabTo } from "../keys.ts";
import { beginPass, dialogStands, makePass, revokeUnseen } from "../pictures/guests.ts";
import { type AppWindow, expect, NOW, test } from "../window.ts";

const pass = (app: AppWindow, id: string) =>
  app.page.locator(`[data-testid="pass-row"][data-pass-id="pass-${id}"]`);

const copied = (app: AppWindow) => app.page.evaluate(() => navigator.clipboard.readText());

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test.beforeEach(async ({ app }) => {
  await app.page.clock.setFixedTime(NOW);
});

test("one tap leads to the guests, and a name is all that a pass for tonight needs", async ({ app }) => {
  await app.open("");
  await app.find("nav-guests").click();
  await makePass(app, "Ines");
  await expect(app.find("pass")).toHaveAttribute("data-state", "good");
  await expect(app.find("pass-code")).toHaveText("302857");
  await expect(app.find("pass-qr")).toBeVisible();
  const [[draft]] = (await app.calls("makePass")) as [[object]];
  expect(draft).toEqual({
    kind: "guest",
    label: "Ines",
    doorIds: ["door-main"],
    fromMs: null,
    untilMs: new Date("2026-05-12T23:59:00+02:00").getTime(),
    uses: "several",
  });
  await app.find("pass-done").click();
  await expect(app.find("pass")).toBeHidden();
  await expect(app.find("pass-row").first()).toContainText("Ines");
});

test("code and link are copied", async ({ app }) => {
  await app.open("", "guests/pass-ines");
  await app.find("pass-copy-code").click();
  await expect(app.find("pass-copy-code")).toHaveAttribute("data-outcome", "copied");
  expect(await copied(app)).toBe("480213");
  await app.find("pass-copy-link").click();
  await expect(app.find("pass-copy-link")).toHaveAttribute("data-outcome", "copied");
  expect(await copied(app)).toMatch(/^https:\/\/pass\.linden\.example\/pass\//);
});

test("a device that does not let go of its clipboard is told of", async ({ app }) => {
  await app.page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("no"));
  });
  await app.open("", "guests/pass-ines");
  await app.find("pass-copy-code").click();
  await expect(app.page.getByRole("alert")).toContainText("copy it yourself");
});

test("the QR code is the picture that the core gave, and the page runs nothing of it", async ({ app }) => {
  await app.open("", "guests/pass-ines");
  const size = await app.find("pass-qr").evaluate((image: HTMLImageElement) => image.naturalWidth);
  expect(size).toBeGreaterThan(0);
});

test("a pass is changed", async ({ app }) => {
  await app.open("", "guests/pass-ines");
  await app.find("pass-edit").click();
  await expect(app.find("guest-name")).toHaveValue("Ines Falk");
  await app.find("guest-name").fill("Ines and Tom");
  await app.find("guest-until").fill("2026-05-14T12:00");
  await app.find("pass-save").click();
  await expect(app.page.getByRole("heading", { name: "Ines and Tom" })).toBeVisible();
  const until = new Date("2026-05-14T12:00:00+02:00").getTime();
  expect(await app.calls("changePass")).toEqual([["pass-ines", "Ines and Tom", until]]);
  await app.find("pass-done").click();
  await expect(pass(app, "ines")).toContainText("Ines and Tom");
});

test("a pass is revoked from the list, but not by one slip of the finger", async ({ app }) => {
  await app.open("", "guests");
  await pass(app, "ines").getByTestId("pass-row-revoke").click();
  await app.find("pass-keep").click();
  expect(await app.calls("revokePass")).toEqual([]);
  await pass(app, "ines").getByTestId("pass-row-revoke").click();
  await app.find("pass-revoke-confirm").click();
  await expect(app.find("pass")).toBeHidden();
  await expect(pass(app, "ines")).toHaveAttribute("data-state", "revoked");
  await expect(pass(app, "ines").getByTestId("pass-row-revoke")).toBeHidden();
  await expect(pass(app, "ines").getByRole("link")).toBeFocused();
  expect(await app.calls("revokePass")).toEqual([["pass-ines"]]);
});

test("what is wrong with a pass is said at its field, and nothing is sent", async ({ app }) => {
  await app.open("", "guests");
  await makePass(app, "  ");
  await expect(app.find("guest-name")).toBeFocused();
  await expect(app.page.getByText("Give it a name")).toBeVisible();
  await app.find("guest-name").fill("Ines");
  await app.find("guest-until").fill("2026-05-12T18:00");
  await app.find("guest-make").click();
  await expect(app.page.getByText("That is over already.")).toBeVisible();
  expect(await app.calls("makePass")).toEqual([]);
});

test("a pass for no door leads to the choice of doors", async ({ app }) => {
  await app.open("", "guests");
  await beginPass(app);
  await app.find("guest-name").fill("Ines");
  const first = app.find("guest-doors").getByRole("checkbox").first();
  await first.uncheck();
  await app.find("guest-make").click();
  await expect(first).toBeFocused();
  await expect(app.find("guest-doors").locator("[aria-live=polite]")).not.toBeEmpty();
});

test("what is wrong with a changed pass is said at its field, which has the focus", async ({ app }) => {
  await app.open("", "guests/pass-ines");
  await app.find("pass-edit").click();
  await expect(app.page.locator("#guest-name-error")).toBeEmpty();
  await app.find("guest-name").fill(" ");
  await app.find("pass-save").click();
  await expect(app.find("guest-name")).toBeFocused();
  await expect(app.page.locator("#guest-name-error[aria-live=polite]")).toContainText("Give it a name");
});

test("a form that was put away is empty when it comes back", async ({ app }) => {
  await app.open("", "guests");
  await makePass(app, " ");
  await app.find("guest-name").fill("Ines");
  await app.page.keyboard.press("Escape");
  await expect(app.page.getByRole("dialog")).toBeHidden();
  await expect(app.find("pass-new")).toBeFocused();
  await beginPass(app);
  await expect(app.find("guest-name")).toHaveValue("");
  await expect(app.find("guest-name")).not.toHaveAttribute("aria-invalid");
});

test("a delivery's pass is for one common door, once", async ({ app }) => {
  await app.open("", "guests");
  await beginPass(app);
  await app.find("guest-kind").getByText("A delivery").click();
  await expect(app.find("guest-doors").getByText("Apartment 3B")).toBeHidden();
  await app.find("guest-name").fill("The lamp");
  await app.find("guest-doors").getByText("Package room").click();
  await app.find("guest-make").click();
  await expect(app.find("pass-code")).toBeVisible();
  const [[draft]] = (await app.calls("makePass")) as [[object]];
  expect(draft).toMatchObject({ kind: "delivery", doorIds: ["door-parcels"], uses: "once" });
});

test("who comes with a pass stands in the activity as the household calls them", async ({ app }) => {
  await app.open("mock=guests-entered", "activity");
  const rows = app.find("activity-item");
  await expect(rows.nth(0)).toContainText("Ines Falk");
  await expect(rows.nth(0)).toContainText("Guest, with your pass");
  await expect(rows.nth(1)).toContainText("The sofa");
  await expect(rows.nth(1)).toContainText("Courier, with your pass");
  await expect(rows.nth(2)).toContainText("Key was withdrawn, with your pass");
});

test("without the building's server the list stays, and says that it may be old", async ({ app }) => {
  await app.open("mock=guests-offline", "guests");
  await expect(app.find("guests-offline")).toBeVisible();
  await expect(app.find("pass-row")).toHaveCount(6);
  await makePass(app, "Ines");
  await expect(app.find("guest-failure")).toBeVisible();
  await expect(app.find("guest-name")).toHaveValue("Ines");
});

test("a pass is made, shown and revoked by keyboard alone", async ({ app }) => {
  const { keyboard } = app.page;
  const focused = app.page.locator(":focus");
  await app.open("mock=guests-empty");
  await tabTo(app, "nav-guests");
  await keyboard.press("Enter");
  await tabTo(app, "pass-new");
  await keyboard.press("Enter");
  await dialogStands(app);
  await tabTo(app, "guest-name");
  await keyboard.insertText("Ines");
  await keyboard.press("Enter");
  await expect(app.find("pass-code")).toBeVisible();
  await tabTo(app, "pass-revoke");
  await expect(focused).toHaveCSS("outline-style", "solid");
  await keyboard.press("Enter");
  await tabTo(app, "pass-revoke-confirm");
  await keyboard.press("Enter");
  await expect(app.find("pass-row").first()).toHaveAttribute("data-state", "revoked");
});

test("a pass that is being saved is not saved again by another press", async ({ app }) => {
  await app.open("", "guests/pass-ines");
  await app.find("pass-edit").click();
  const answer = await held(app, "changePass");
  await app.find("pass-save").click();
  await app.find("pass-save").click({ force: true });
  await app.find("guest-name").press("Enter");
  await answer();
  await expect(app.find("pass-done")).toBeVisible();
  expect(await app.calls("changePass")).toHaveLength(1);
});

test("a pass that is made after its form was put away stands in the list and leads nowhere", async ({
  app,
}) => {
  await app.open("", "guests");
  const answer = await held(app, "makePass");
  await makePass(app, "Ines");
  await app.page.getByRole("button", { name: "Cancel" }).click();
  await app.find("nav-doors").click();
  await expect(app.find("view-doors")).toBeVisible();
  await answer();
  await expect(app.find("announcer")).toContainText("Ines");
  await expect(app.find("view-doors")).toBeVisible();
  await app.find("nav-guests").click();
  await expect(app.find("pass-row").first()).toContainText("Ines");
  await expect(app.find("pass")).toBeHidden();
});

test("a pass that is made late does not close the form for the next one", async ({ app }) => {
  await app.open("", "guests");
  const answer = await held(app, "makePass");
  await makePass(app, "Ines");
  await app.page.getByRole("button", { name: "Cancel" }).click();
  await beginPass(app);
  await app.find("guest-name").fill("Tom");
  await answer();
  await expect(app.find("pass-row").first()).toContainText("Ines");
  await expect(app.find("guest-name")).toHaveValue("Tom");
});

test("a pass that is revoked late closes no other", async ({ app }) => {
  await app.open("", "guests");
  await pass(app, "ines").getByTestId("pass-row-revoke").click();
  const answer = await held(app, "revokePass");
  await app.find("pass-revoke-confirm").click();
  await app.page.keyboard.press("Escape");
  await expect(app.find("pass")).toBeHidden();
  await pass(app, "aunt").getByRole("link").click();
  await expect(app.find("pass")).toHaveAttribute("data-pass-id", "pass-aunt");
  await answer();
  await expect(pass(app, "ines")).toHaveAttribute("data-state", "revoked");
  await expect(app.find("pass")).toHaveAttribute("data-pass-id", "pass-aunt");
});

test("a revocation that fails after its question was closed is told among the passes", async ({ app }) => {
  await app.open("mock=guests-stubborn", "guests");
  await revokeUnseen(app);
  await expect(app.find("guests-unrevoked")).toContainText("The pass of Ines Falk could not be revoked");
});
