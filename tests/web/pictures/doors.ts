import { type AppWindow, expect } from "../window.ts";
import { type Picture, press, shows, unlockUntil } from "./picture.ts";

const asks = (app: AppWindow) => expect(app.page.getByRole("dialog")).toBeVisible();

const openMenu = (door: string) => async (app: AppWindow) => {
  await app.door(door).getByTestId("door-menu").click();
  await expect(app.page.getByRole("menu")).toBeVisible();
};

const toShortcut = async (app: AppWindow) => {
  const shortcut = app.find("shortcut");
  // Phones have none.
  if ((await shortcut.count()) > 0) await shortcut.scrollIntoViewIfNeeded();
};

const record = (keys: string | null, outcome: string) => async (app: AppWindow) => {
  await expect(app.find("view-settings")).toBeVisible();
  if ((await app.find("shortcut").count()) === 0) return;
  await app.find("shortcut-record").click();
  if (keys) await app.page.keyboard.press(keys);
  await expect(app.find(outcome)).toBeVisible();
  await toShortcut(app);
};

const openCode = async (app: AppWindow) => {
  await app.find("own-code").click();
  await asks(app);
};

const codeThen = (button: string, shown: string) => async (app: AppWindow) => {
  await openCode(app);
  await press(button, shown)(app);
};

/** What can be arranged at doors, and what comes to them from outside. */
export const doors: Picture[] = [
  { name: "doors-pinned", query: "mock=doors-pinned", reach: shows("view-doors") },
  { name: "door-menu", query: "mock=doors-many", reach: openMenu("garage") },
  { name: "door-menu-pinned", query: "mock=doors-pinned", reach: openMenu("flat") },
  { name: "door-menu-hero", query: "mock=doors-confirmed", reach: openMenu("main") },
  { name: "doors-confirmed", query: "mock=doors-confirmed", reach: shows("view-doors") },
  {
    name: "confirm-asking",
    query: "mock=doors-confirmed&confirm=pending",
    reach: unlockUntil("confirming"),
  },
  {
    name: "confirm-denied",
    query: "mock=doors-confirmed&confirm=not_confirmed",
    reach: unlockUntil("failed"),
  },
  {
    name: "confirm-impossible",
    query: "confirm=cannot_confirm",
    reach: async (app) => {
      await openMenu("main")(app);
      await app.page.getByRole("menuitemcheckbox").click();
      await asks(app);
    },
  },
  {
    name: "unlock-until",
    query: "mock=doors-own-hours&unlock=OutsideHours",
    reach: unlockUntil("failed", "roof"),
  },
  { name: "link-to-door", query: "mock=link-to-door", reach: asks },
  { name: "link-to-door-away", query: "mock=link-to-door-away", reach: asks },
  { name: "link-to-unknown-door", query: "mock=link-to-unknown-door", reach: asks },
  { name: "nothing-near", query: "mock=nothing-near", reach: asks },
  { name: "code-none", query: "", reach: openCode },
  { name: "code-none-offline", query: "mock=offline", reach: openCode },
  { name: "code-hidden", query: "mock=code-made", reach: openCode },
  {
    name: "code-shown",
    query: "mock=code-made",
    reach: codeThen("code-toggle", "code-spelled"),
  },
  {
    name: "code-offline",
    query: "mock=code-offline",
    reach: codeThen("code-toggle", "code-spelled"),
  },
  { name: "code-over", query: "mock=code-over", reach: openCode },
  { name: "code-renew", query: "mock=code-made", reach: codeThen("code-renew", "code-replacing") },
  {
    name: "code-refused",
    query: "code=code_refused",
    reach: codeThen("code-make", "code-failure"),
  },
  {
    name: "settings-shortcut",
    query: "mock=shortcut-chosen",
    route: "settings",
    reach: async (app) => {
      await shows("view-settings")(app);
      await toShortcut(app);
    },
  },
  {
    name: "settings-shortcut-recording",
    query: "",
    route: "settings",
    reach: record(null, "shortcut-record"),
  },
  {
    name: "settings-shortcut-taken",
    query: "shortcut=shortcut_taken",
    route: "settings",
    reach: record("Control+Alt+u", "shortcut-failure"),
  },
];
