import { type AppWindow, expect } from "../window.ts";
import { type Picture, press, shows } from "./picture.ts";

const at = (testId: string) => async (app: AppWindow) => {
  await app.find(testId).scrollIntoViewIfNeeded();
  await expect(app.find(testId)).toBeVisible();
};

/** Starting at login, and newer versions of the app. */
export const residency: Picture[] = [
  { name: "login-start-question", query: "mock=login-start-asking", reach: shows("ask-login-start") },
  {
    name: "login-start-refused",
    query: "mock=login-start-asking&login-start=login_start_failed",
    reach: async (app) => {
      await app.find("login-start-yes").click();
      await expect(app.find("ask-login-start").getByRole("alert")).toBeVisible();
    },
  },
  { name: "settings-login-start", query: "mock=login-start-on", route: "settings", reach: at("login-start") },
  {
    name: "settings-login-start-refused",
    query: "mock=login-start-on&login-start=login_start_failed",
    route: "settings",
    reach: async (app) => {
      await app.find("login-start").click();
      await at("login-start-failed")(app);
    },
  },
  { name: "update-ready", query: "mock=update-ready", reach: shows("update-available") },
  {
    name: "update-installing",
    query: "mock=update-ready",
    reach: press("update-install", "update-installing"),
  },
  { name: "update-failed", query: "mock=update-failing", reach: press("update-install", "update-failed") },
  {
    name: "update-not-trusted",
    query: "mock=update-not-trusted",
    reach: press("update-install", "update-failed"),
  },
  {
    name: "settings-update-ready",
    query: "mock=update-ready",
    route: "settings",
    reach: at("update-available"),
  },
];
