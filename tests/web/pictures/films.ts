import type { Locator } from "@playwright/test";
import { answerInstead } from "../film/core.ts";
import { damageFragment } from "../film/damage.ts";
import { withoutWebGl } from "../lens.ts";
import { type AppWindow, expect } from "../window.ts";
import { type Picture, press, shows } from "./picture.ts";

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
};

/** The entry, by one of the buttons for where to look. */
const seenBy = (button: (app: AppWindow) => Locator) => async (app: AppWindow) => {
  await shownAtTheEntry(app);
  await button(app).click();
  await app.page.mouse.move(1, 1);
};

/** As while the door has sent nothing of the clip. */
async function withoutTimeline(app: AppWindow): Promise<void> {
  await app.page.route("**/timeline.json", (route) => route.fulfill({ status: 404 }));
  await app.page.reload();
}

export const films: Picture[] = [
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
    held: true,
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
    reach: seenBy((app) => app.find("lens-bar").getByRole("button").nth(1)),
  },
  {
    name: "wide-whole",
    query: "",
    route: WIDE_CLIP,
    reach: seenBy((app) => app.find("lens-whole")),
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
    reach: press("live-stop", "live-ended"),
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
];
