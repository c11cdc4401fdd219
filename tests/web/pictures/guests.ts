import { held } from "../held.ts";
import { type AppWindow, expect } from "../window.ts";
import { type Picture, shows } from "./picture.ts";

/** The dialog that is open, once it stands still. */
export async function dialogStands(app: AppWindow): Promise<void> {
  await expect(app.page.getByRole("dialog")).toBeVisible();
  await app.page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
}

export async function beginPass(app: AppWindow): Promise<void> {
  await app.find("pass-new").click();
  await dialogStands(app);
}

export async function makePass(app: AppWindow, name: string): Promise<void> {
  await beginPass(app);
  await app.find("guest-name").fill(name);
  await app.find("guest-make").click();
}

/** Closes the question whether to revoke a pass before its answer is there. */
export async function revokeUnseen(app: AppWindow): Promise<void> {
  await app.find("pass-row-revoke").first().click();
  await dialogStands(app);
  const answer = await held(app, "revokePass");
  await app.find("pass-revoke-confirm").click();
  await app.page.keyboard.press("Escape");
  await expect(app.page.getByRole("dialog")).toBeHidden();
  await answer();
  await expect(app.find("guests-unrevoked")).toBeVisible();
}

/** A delivery's pass, as far as the choice of the apartment's door. */
export async function beginHomePass(app: AppWindow): Promise<void> {
  await beginPass(app);
  await app.find("guest-kind").locator("label").last().click();
  await app.find("guest-doors").getByText("Apartment 3B").click();
  await expect(app.find("guest-home")).toBeVisible();
}

const atHomeSetting = async (app: AppWindow) => {
  await app.find("own-door-deliveries").scrollIntoViewIfNeeded();
  await expect(app.find("own-door-deliveries")).toBeVisible();
};

const opened = async (app: AppWindow) => {
  await expect(app.find("pass")).toBeVisible();
  await dialogStands(app);
};

const scrolled = (reach: (app: AppWindow) => Promise<unknown>) => async (app: AppWindow) => {
  await reach(app);
  await app.page.getByRole("dialog").evaluate((dialog) => dialog.scrollTo(0, dialog.scrollHeight));
};

/** Every state of the page with the guests. */
export const guests: Picture[] = [
  { name: "guests", query: "", route: "guests", reach: shows("pass-row") },
  { name: "guests-empty", query: "mock=guests-empty", route: "guests", reach: shows("guests-empty") },
  { name: "guests-loading", query: "mock=guests-loading", route: "guests", reach: shows("activity-loading") },
  { name: "guests-failed", query: "mock=guests-failed", route: "guests", reach: shows("guests-failed") },
  { name: "guests-offline", query: "mock=guests-offline", route: "guests", reach: shows("guests-offline") },
  { name: "guests-entered", query: "mock=guests-entered", route: "activity", reach: shows("activity-item") },
  { name: "guest-new", query: "", route: "guests", reach: beginPass },
  { name: "guest-new-end", query: "", route: "guests", reach: scrolled(beginPass) },
  {
    name: "guest-new-delivery",
    query: "",
    route: "guests",
    reach: scrolled(async (app) => {
      await beginPass(app);
      await app.find("guest-kind").locator("label").last().click();
      await app.find("guest-starts").locator("label").last().click();
      await expect(app.find("guest-from")).toBeVisible();
    }),
  },
  {
    name: "guest-new-faults",
    query: "",
    route: "guests",
    reach: async (app) => {
      await beginPass(app);
      await app.find("guest-until").fill("2026-05-01T10:00");
      await app.find("guest-make").click();
      await expect(app.find("guest-name")).toBeFocused();
    },
  },
  {
    name: "guest-new-making",
    query: "mock=guests-making",
    route: "guests",
    reach: async (app) => {
      await makePass(app, "Ines");
      await expect(app.find("guest-make")).toHaveAttribute("aria-disabled", "true");
    },
  },
  {
    name: "guest-new-refused",
    query: "pass=too_many_passes",
    route: "guests",
    reach: scrolled(async (app) => {
      await makePass(app, "Ines");
      await expect(app.find("guest-failure")).toBeVisible();
    }),
  },
  { name: "guests-home", query: "mock=own-door", route: "guests", reach: shows("pass-row") },
  { name: "guest-new-home", query: "mock=own-door", route: "guests", reach: scrolled(beginHomePass) },
  {
    name: "guest-new-home-fault",
    query: "mock=own-door",
    route: "guests",
    reach: scrolled(async (app) => {
      await beginHomePass(app);
      await app.find("guest-name").fill("The wardrobe");
      await app.find("guest-until").fill("2026-05-15T10:00");
      await app.find("guest-make").click();
      await expect(app.find("guest-until")).toBeFocused();
    }),
  },
  {
    name: "guest-new-home-shut",
    query: "mock=own-door&pass=own_door_shut",
    route: "guests",
    reach: scrolled(async (app) => {
      await beginHomePass(app);
      await app.find("guest-name").fill("The wardrobe");
      await app.find("guest-make").click();
      await expect(app.find("guest-failure")).toBeVisible();
    }),
  },
  { name: "guest-pass-home", query: "mock=own-door", route: "guests/pass-wardrobe", reach: opened },
  {
    name: "guest-edit-home",
    query: "mock=own-door",
    route: "guests/pass-wardrobe",
    reach: async (app) => {
      await opened(app);
      await app.find("pass-edit").click();
      await app.find("guest-until").fill("2026-05-13T10:00");
      await app.find("pass-save").click();
      await expect(app.find("guest-until")).toHaveAttribute("aria-invalid", "true");
    },
  },
  { name: "settings-home-off", query: "mock=own-door-off", route: "settings", reach: atHomeSetting },
  { name: "settings-home-on", query: "mock=own-door", route: "settings", reach: atHomeSetting },
  { name: "guest-pass", query: "", route: "guests/pass-ines", reach: opened },
  { name: "guest-pass-end", query: "", route: "guests/pass-ines", reach: scrolled(opened) },
  { name: "guest-pass-warns", query: "", route: "guests/pass-sofa", reach: opened },
  { name: "guest-pass-no-link", query: "mock=guests-no-link", route: "guests/pass-ines", reach: opened },
  { name: "guest-pass-elsewhere", query: "", route: "guests/pass-aunt", reach: opened },
  { name: "guest-pass-ended", query: "", route: "guests/pass-jonas", reach: opened },
  {
    name: "guest-edit",
    query: "",
    route: "guests/pass-ines",
    reach: async (app) => {
      await opened(app);
      await app.find("pass-edit").click();
      await expect(app.find("guest-until")).toBeVisible();
    },
  },
  {
    name: "guest-revoke",
    query: "",
    route: "guests",
    reach: async (app) => {
      await app.find("pass-row-revoke").first().click();
      await dialogStands(app);
    },
  },
  {
    name: "guest-revoke-offline",
    query: "mock=guests-offline",
    route: "guests",
    reach: async (app) => {
      await app.find("pass-row-revoke").first().click();
      await dialogStands(app);
      await app.find("pass-revoke-confirm").click();
      await expect(app.find("guest-failure")).toBeVisible();
    },
  },
  { name: "guests-unrevoked", query: "mock=guests-stubborn", route: "guests", reach: revokeUnseen },
];
