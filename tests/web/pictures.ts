import { answerInstead } from "./film/core.ts";
import { damageFragment } from "./film/damage.ts";
import { guests } from "./guests.ts";
import { withoutWebGl } from "./lens.ts";
import { type AppWindow, expect } from "./window.ts";

/** A state of the app that somebody may see, in whatever language. */
export interface Picture {
  name: string;
  query: string;
  route?: string;
  /** What to do before the state shows, and how to know that it does. */
  reach: (app: AppWindow) => Promise<unknown>;
}

const shows = (testId: string) => (app: AppWindow) => expect(app.find(testId)).toBeVisible();

const unlockUntil = (state: string) => async (app: AppWindow) => {
  await app.door("main").getByTestId("unlock-button").click();
  await expect(app.door("main").getByTestId("unlock-state")).toHaveAttribute("data-state", state);
};

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
  await app
    .find("invite-input")
    .fill("vestibule://enrol?hub=https://hub.linden.example&key=q83v&code=7F3K");
  await expect(app.find("invite-preview")).toContainText("hub.linden.example");
};

const submit = async (app: AppWindow) => {
  await paste(app);
  await app.find("enrol-button").click();
  await expect(app.find("enrol-error")).toBeVisible();
};

const CLIP = "activity/clip-lobby";
const LIVE = "live/door-main";
const WIDE_CLIP = "activity/clip-wide";

async function shownAtTheEntry(app: AppWindow): Promise<void> {
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "playing");
  await app.page.keyboard.press("e");
  await app.page.keyboard.press("k");
  await expect(app.find("clip-player")).toHaveAttribute("data-state", "paused");
}

const saved = (state: string) => async (app: AppWindow) => {
  await shownAtTheEntry(app);
  await app.find("clip-save").click();
  await expect(app.find("clip-export")).toHaveAttribute("data-state", state);
  await app.find("clip-export").scrollIntoViewIfNeeded();
};

/** As while the door has sent nothing of the clip. */
async function withoutTimeline(app: AppWindow): Promise<void> {
  await app.page.route("**/timeline.json", (route) => route.fulfill({ status: 404 }));
  await app.page.reload();
}

const pictured = (state: string) => async (app: AppWindow) =>
  expect(app.find("thumbnail").first()).toHaveAttribute("data-state", state);

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
    reach: async (app) => {
      await app.door("parcels").getByTestId("unlock-button").click();
      await expect(app.door("parcels").getByTestId("unlock-state")).toHaveAttribute(
        "data-state",
        "unlocked",
      );
    },
  },
  {
    name: "unlock-second-door-failed",
    query: "unlock=connection_lost",
    reach: async (app) => {
      await app.door("parcels").getByTestId("unlock-button").click();
      await expect(app.door("parcels").getByTestId("unlock-failure")).toBeVisible();
    },
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
    reach: async (app) => {
      await waitForever(app);
      await app.door("main").getByTestId("remote-hold").hover();
      await app.page.mouse.down();
      await expect(app.door("main").getByTestId("remote-hold")).toHaveAttribute(
        "data-phase",
        "holding",
      );
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

  {
    name: "activity",
    query: "",
    route: "activity",
    reach: (app) => expect(app.find("activity-item").first()).toBeVisible(),
  },
  {
    name: "activity-alerts",
    query: "mock=activity-alerts",
    route: "activity",
    reach: (app) => expect(app.find("activity-item").first()).toBeVisible(),
  },
  {
    name: "activity-troubled",
    query: "mock=activity-troubled",
    route: "activity",
    reach: pictured("here"),
  },
  {
    name: "activity-pictures-loading",
    query: "",
    route: "activity",
    reach: async (app) => {
      await app.page.route("**/thumbnail", () => undefined);
      await app.page.reload();
      await pictured("loading")(app);
    },
  },
  {
    name: "activity-pictures-missing",
    query: "",
    route: "activity",
    reach: async (app) => {
      await app.page.route("**/thumbnail", (route) => route.fulfill({ status: 404 }));
      await app.page.reload();
      await pictured("missing")(app);
    },
  },
  {
    name: "activity-empty",
    query: "mock=activity-empty",
    route: "activity",
    reach: shows("activity-empty"),
  },
  {
    name: "activity-loading",
    query: "mock=activity-loading",
    route: "activity",
    reach: shows("activity-loading"),
  },
  {
    name: "activity-failed",
    query: "mock=activity-failed",
    route: "activity",
    reach: shows("activity-failed"),
  },

  {
    name: "clip-loading",
    query: "mock=clip-loading",
    route: CLIP,
    reach: shows("clip-player"),
  },
  {
    name: "clip-filming",
    query: "",
    route: "activity/clip-live",
    reach: async (app) => {
      await withoutTimeline(app);
      await shows("clip-filming")(app);
    },
  },
  {
    name: "clip-growing",
    query: "mock=clip-halfway",
    route: "activity/clip-live",
    reach: async (app) => {
      await shownAtTheEntry(app);
      await expect(app.find("clip-badge")).toHaveAttribute("data-state", "filming");
    },
  },
  {
    name: "clip-unavailable",
    query: "",
    route: "activity/clip-staff",
    reach: shows("clip-failed"),
  },
  {
    name: "clip-tampered",
    query: "clip=clip_tampered",
    route: CLIP,
    reach: shows("clip-tampered"),
  },
  { name: "clip", query: "", route: CLIP, reach: shownAtTheEntry },
  {
    name: "clip-peek",
    query: "",
    route: CLIP,
    reach: async (app) => {
      await shownAtTheEntry(app);
      await app.find("clip-scrubber").hover({ position: { x: 60, y: 22 } });
      await expect(app.find("clip-peek")).toHaveAttribute("data-state", "here");
    },
  },
  {
    name: "clip-short",
    query: "mock=activity-troubled",
    route: CLIP,
    reach: async (app) => {
      await shownAtTheEntry(app);
      await expect(app.find("clip-shortfall")).toBeVisible();
    },
  },
  {
    name: "clip-cut",
    query: "",
    route: CLIP,
    reach: async (app) => {
      await damageFragment(app.page, 125, "tampered");
      await app.page.reload();
      await shownAtTheEntry(app);
      await expect(app.find("clip-badge")).toHaveAttribute("data-state", "cut");
      await app.page.keyboard.press("End");
      await expect(app.find("clip-cut")).toBeVisible();
    },
  },
  {
    name: "clip-trouble",
    query: "",
    route: CLIP,
    reach: async (app) => {
      const json = { code: "hub_unreachable", retryable: true };
      await answerInstead(app.page, 12, () => ({ status: 503, json }));
      await app.page.reload();
      await expect(app.find("clip-trouble")).toBeVisible();
    },
  },
  {
    name: "clip-saving",
    query: "mock=clip-saving",
    route: CLIP,
    reach: async (app) => {
      await shownAtTheEntry(app);
      await app.find("clip-save").click();
      await expect(app.find("clip-save-progress")).toHaveJSProperty("value", 4);
      await app.find("clip-export").scrollIntoViewIfNeeded();
    },
  },
  { name: "clip-saved", query: "", route: CLIP, reach: saved("saved") },
  { name: "clip-save-failed", query: "export=export_failed", route: CLIP, reach: saved("failed") },
  {
    name: "clip-held",
    query: "mock=activity-troubled",
    route: "activity/clip-held",
    reach: async (app) => {
      await shownAtTheEntry(app);
      await app.find("clip-held").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "clip-gave-way",
    query: "mock=activity-troubled&clip=clip_gone",
    route: "activity/clip-no-room",
    reach: shows("clip-gave-way"),
  },

  { name: "wide", query: "", route: WIDE_CLIP, reach: shownAtTheEntry },
  {
    name: "wide-floor",
    query: "",
    route: WIDE_CLIP,
    reach: async (app) => {
      await shownAtTheEntry(app);
      await app.find("lens-bar").getByRole("button").nth(1).click();
      await app.page.mouse.move(1, 1);
    },
  },
  {
    name: "wide-whole",
    query: "",
    route: WIDE_CLIP,
    reach: async (app) => {
      await shownAtTheEntry(app);
      await app.find("lens-whole").click();
      await app.page.mouse.move(1, 1);
    },
  },
  {
    name: "wide-flat",
    query: "",
    route: WIDE_CLIP,
    reach: async (app) => {
      await withoutWebGl(app);
      await app.page.reload();
      await shownAtTheEntry(app);
      await expect(app.find("lens-flat")).toBeVisible();
    },
  },

  {
    name: "live-connecting",
    query: "mock=live-connecting",
    route: LIVE,
    reach: shows("view-live"),
  },
  {
    name: "live",
    query: "",
    route: LIVE,
    reach: async (app) => {
      await expect(app.find("view-live")).toHaveAttribute("data-state", "live");
      await expect(app.find("live-badge")).toBeVisible();
    },
  },
  {
    name: "live-ended",
    query: "",
    route: LIVE,
    reach: async (app) => {
      await app.find("live-stop").click();
      await expect(app.find("live-ended")).toBeVisible();
    },
  },
  { name: "live-camera-off", query: "live=camera_off", route: LIVE, reach: shows("live-waiting") },
  {
    name: "live-door-offline",
    query: "live=door_offline",
    route: LIVE,
    reach: shows("live-waiting"),
  },
  {
    name: "live-not-allowed",
    query: "live=live_not_allowed",
    route: LIVE,
    reach: shows("live-failed"),
  },
  { name: "live-tampered", query: "live=live_tampered", route: LIVE, reach: shows("live-failed") },

  ...guests,

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
