import { expect, test } from "../window.ts";

const INVITE = "vestibule://enrol?hub=https://hub.linden.example&key=q83v&code=7F3K";

test("a pasted invite leads to the doors", async ({ app }) => {
  await app.open("mock=not-enrolled");
  await app.find("invite-input").fill(INVITE);
  await expect(app.find("invite-preview")).toContainText("hub.linden.example");
  await app.find("enrol-button").click();
  await expect(app.door("main")).toBeVisible();
  expect(await app.calls("enrol")).toEqual([[INVITE, "keychain"]]);
  await expect(app.find("announcer")).toHaveText(
    "Done. This device now opens doors in Linden House.",
  );
});

test("an opened link is there already", async ({ app }) => {
  await app.open("mock=invite-opened");
  await expect(app.find("invite-preview")).toContainText("hub.linden.example");
  await app.find("enrol-button").click();
  await expect(app.door("main")).toBeVisible();
});

test("a link that is opened while the app runs fills the field", async ({ app }) => {
  await app.open("mock=not-enrolled");
  await expect(app.find("invite-input")).toBeVisible();
  await app.emit("pending-invite", { invite: INVITE });
  await expect(app.find("invite-input")).toHaveValue(INVITE);
  await expect(app.find("invite-preview")).toContainText("hub.linden.example");
});

test("without a keychain the file is a warned choice of its own", async ({ app }) => {
  await app.open("mock=not-enrolled&enrol=no_keychain");
  await app.find("invite-input").fill(INVITE);
  await app.find("enrol-button").click();
  await expect(app.find("enrol-error")).toContainText("There is no keychain to use");
  await expect(app.find("enrol-error")).toContainText(
    "any program that runs as you could copy the key",
  );
  expect(await app.calls("enrol")).toEqual([[INVITE, "keychain"]]);
  await app.find("key-storage-file").click();
  await expect(app.door("main")).toBeVisible();
  expect(await app.calls("enrol")).toHaveLength(2);
});

test("what is no invite is said at the field, and nothing is sent", async ({ app }) => {
  await app.open("mock=not-enrolled");
  await app.find("invite-input").fill("https://example.org");
  await app.find("enrol-button").click();
  await expect(app.find("invite-input")).toHaveAccessibleDescription(/That is not an invite link/);
  expect(await app.calls("enrol")).toEqual([]);
});

test("an unreachable server can be tried again", async ({ app }) => {
  await app.open("mock=not-enrolled&enrol=hub_unreachable");
  await app.find("invite-input").fill(INVITE);
  await app.find("enrol-button").click();
  await expect(app.find("enrol-error")).toContainText("does not answer");
  await expect(app.find("enrol-button")).toHaveText("Try again");
  await app.find("enrol-button").click();
  await expect(app.find("enrol-button")).toHaveText("Try again");
  expect(await app.calls("enrol")).toHaveLength(2);
});

test("an invite that is opened in a building is refused, and not kept", async ({ app }) => {
  await app.open("", "settings");
  await expect(app.find("view-settings")).toBeVisible();
  await app.emit("pending-invite", { invite: INVITE });
  await expect(app.page.getByRole("dialog")).toContainText("This device is already in Linden House");
  await app.find("invite-refused").click();
  await app.find("leave-building").click();
  await app.find("leave-confirm").click();
  await expect(app.find("invite-input")).toHaveValue("");
  expect(await app.calls("enrol")).toEqual([]);
});

test("leaving the building asks first, and leads back to the invite", async ({ app }) => {
  await app.open("", "settings");
  await app.find("leave-building").click();
  await app.page.getByRole("button", { name: "Stay" }).click();
  expect(await app.calls("forget")).toEqual([]);
  await app.find("leave-building").click();
  await app.find("leave-confirm").click();
  await expect(app.find("invite-input")).toBeVisible();
  expect(await app.calls("forget")).toHaveLength(1);
});
