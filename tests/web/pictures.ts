import { activity } from "./pictures/activity.ts";
import { deliveries } from "./pictures/deliveries.ts";
import { doors } from "./pictures/doors.ts";
import { films } from "./pictures/films.ts";
import { privacy } from "./pictures/privacy.ts";
import { guests } from "./pictures/guests.ts";
import { type Picture, press, shows, unlockUntil } from "./pictures/picture.ts";
import { residency } from "./pictures/residency.ts";
import { type AppWindow, expect } from "./window.ts";

/** What would take a second or more from here on, as a hold or a question does, does not end. */
const waitForever = (app: AppWindow) =>
  app.page.evaluate(() => {
    const wait = window.setTimeout;
    const longer = (act: TimerHandler, ms = 0) => wait(act, ms < 1000 ? ms : 3_600_000);
    window.setTimeout = longer as typeof window.setTimeout;
  });

const askFrom = (door: string) => async (app: AppWindow) => {
  await waitForever(app);
  await app.door(door).getByTestId("remote-hold").click();
  await expect(app.door(door).getByTestId("remote-hold-question")).toBeVisible();
};

const openFrom = (door: string, state: string) => async (app: AppWindow) => {
  await app.door(door).getByTestId("remote-hold").hover();
  await app.page.mouse.down();
  await expect(app.door(door).getByTestId("unlock-state")).toHaveAttribute("data-state", state);
  await app.page.mouse.up();
  await app.page.mouse.move(1, 1);
};

const paste = async (app: AppWindow) => {
  await app.find("invite-input").fill("vestibule://enrol?hub=https://hub.linden.example&key=q83v&code=7F3K");
  await expect(app.find("invite-preview")).toContainText("hub.linden.example");
};

const submit = async (app: AppWindow) => {
  await paste(app);
  await press("enrol-button", "enrol-error")(app);
};

export const pictures: Picture[] = [
  {
    name: "start-loading",
    query: "mock=loading",
    reach: shows("start-loading"),
  },
  {
    name: "start-failed",
    query: "mock=start-failed",
    reach: shows("start-failed"),
  },

  {
    name: "enrol-empty",
    query: "mock=not-enrolled",
    reach: shows("invite-input"),
  },
  { name: "enrol-preview", query: "mock=not-enrolled", reach: paste },
  {
    name: "enrol-malformed",
    query: "mock=not-enrolled",
    reach: async (app) => {
      await app.find("invite-input").fill("https://example.org/hello");
      await expect(app.page.locator("#invite-error")).toBeVisible();
    },
  },
  {
    name: "enrol-expired",
    query: "mock=not-enrolled&enrol=invite_expired",
    reach: async (app) => {
      await paste(app);
      await app.find("enrol-button").click();
      await expect(app.page.locator("#invite-error")).toBeVisible();
    },
  },
  {
    name: "enrol-working",
    query: "mock=enrolling",
    reach: async (app) => {
      await paste(app);
      await app.find("enrol-button").click();
      await expect(app.find("enrol-button")).toHaveAttribute("aria-disabled", "true");
    },
  },
  {
    name: "enrol-unreachable",
    query: "mock=not-enrolled&enrol=hub_unreachable",
    reach: submit,
  },
  {
    name: "enrol-not-trusted",
    query: "mock=not-enrolled&enrol=hub_not_trusted",
    reach: submit,
  },
  {
    name: "enrol-no-keychain",
    query: "mock=not-enrolled&enrol=no_keychain",
    reach: submit,
  },

  { name: "doors", query: "mock=doors-nearby", reach: shows("view-doors") },
  { name: "doors-away", query: "mock=doors-away", reach: shows("view-doors") },
  { name: "doors-many", query: "mock=doors-many", reach: shows("view-doors") },
  { name: "doors-one", query: "mock=doors-one", reach: shows("view-doors") },
  { name: "doors-none", query: "mock=doors-none", reach: shows("doors-none") },
  {
    name: "doors-hours",
    query: "mock=doors-hours",
    reach: shows("view-doors"),
  },
  {
    name: "doors-lockdown",
    query: "mock=doors-lockdown",
    reach: shows("view-doors"),
  },
  {
    name: "doors-connecting",
    query: "mock=connecting",
    reach: shows("hub-status"),
  },
  {
    name: "doors-offline",
    query: "mock=offline",
    reach: shows("notice-offline"),
  },
  {
    name: "doors-revoked",
    query: "mock=revoked",
    reach: shows("notice-revoked"),
  },
  {
    name: "doors-not-trusted",
    query: "mock=not-trusted",
    reach: shows("notice-not-trusted"),
  },
  {
    name: "doors-key-expired",
    query: "mock=key-expired",
    reach: shows("view-doors"),
  },
  {
    name: "doors-named-records",
    query: "mock=named-records",
    reach: shows("notice-named-records"),
  },
  {
    name: "doors-bluetooth-off",
    query: "mock=bluetooth-off",
    reach: shows("notice-bluetooth"),
  },
  {
    name: "doors-bluetooth-none",
    query: "mock=bluetooth-unsupported",
    reach: shows("notice-bluetooth"),
  },
  {
    name: "doors-bluetooth-denied",
    query: "mock=bluetooth-denied",
    reach: shows("notice-bluetooth"),
  },

  {
    name: "unlock-searching",
    query: "unlock=searching",
    reach: unlockUntil("searching"),
  },
  {
    name: "unlock-connecting",
    query: "unlock=connecting",
    reach: unlockUntil("connecting"),
  },
  {
    name: "unlock-unlocking",
    query: "unlock=unlocking",
    reach: unlockUntil("unlocking"),
  },
  {
    name: "unlock-unlocked",
    query: "unlock=unlocked",
    reach: unlockUntil("unlocked"),
  },
  {
    name: "unlock-relocked",
    query: "unlock=relocked",
    reach: unlockUntil("relocked"),
  },
  {
    name: "unlock-not-found",
    query: "unlock=door_not_found",
    reach: unlockUntil("failed"),
  },
  {
    name: "unlock-door-failed",
    query: "unlock=door_failed",
    reach: unlockUntil("failed"),
  },
  {
    name: "unlock-denied",
    query: "unlock=Revoked",
    reach: unlockUntil("failed"),
  },
  {
    name: "unlock-second-door",
    query: "unlock=unlocked",
    reach: unlockUntil("unlocked", "parcels"),
  },
  {
    name: "unlock-second-door-failed",
    query: "unlock=connection_lost",
    reach: unlockUntil("failed", "parcels"),
  },

  { name: "remote-asking", query: "mock=doors-away", reach: askFrom("main") },
  {
    name: "remote-asking-second-door",
    query: "mock=doors-many",
    reach: askFrom("court"),
  },
  {
    name: "remote-holding",
    query: "mock=doors-away",
    held: true,
    reach: async (app) => {
      await waitForever(app);
      await app.door("main").getByTestId("remote-hold").hover();
      await app.page.mouse.down();
      await expect(app.door("main").getByTestId("remote-hold")).toHaveAttribute("data-phase", "holding");
    },
  },
  {
    name: "remote-connecting",
    query: "mock=doors-away&unlock=connecting",
    reach: openFrom("main", "connecting"),
  },
  {
    name: "remote-unlocked",
    query: "mock=doors-away&unlock=unlocked",
    reach: openFrom("main", "unlocked"),
  },
  {
    name: "remote-relocked",
    query: "mock=doors-away&unlock=relocked",
    reach: openFrom("main", "relocked"),
  },
  {
    name: "remote-door-offline",
    query: "mock=doors-away&unlock=door_offline",
    reach: openFrom("main", "failed"),
  },
  {
    name: "remote-broke-off",
    query: "mock=doors-away&unlock=connection_lost",
    reach: openFrom("main", "failed"),
  },
  {
    name: "remote-second-door",
    query: "mock=doors-many&unlock=unlocked",
    reach: openFrom("court", "unlocked"),
  },
  {
    name: "remote-second-door-offline",
    query: "mock=doors-many&unlock=door_offline",
    reach: openFrom("court", "failed"),
  },

  ...doors,
  ...activity,
  ...films,
  ...deliveries,
  ...guests,
  ...residency,

  { name: "settings", query: "", route: "settings", reach: shows("view-settings") },
  {
    name: "settings-key-in-file",
    query: "mock=key-in-file",
    route: "settings",
    reach: shows("view-settings"),
  },
  {
    name: "settings-named-records",
    query: "mock=named-records",
    route: "settings",
    reach: shows("view-settings"),
  },
  ...privacy,
  {
    name: "settings-leave",
    query: "",
    route: "settings",
    reach: async (app) => {
      await app.find("leave-building").click();
      await expect(app.page.getByRole("dialog")).toBeVisible();
    },
  },
];

export function pictureNamed(name: string): Picture {
  const picture = pictures.find((each) => each.name === name);
  if (!picture) throw new Error(`There is no picture called ${name}.`);
  return picture;
}
