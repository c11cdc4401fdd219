import { type AppWindow, expect } from "../window.ts";
import { type Picture, shows } from "./picture.ts";

/** The page about what the building sees and keeps. */
export const privacy: Picture[] = [
  { name: "privacy", query: "", route: "privacy", reach: shows("privacy-devices") },
  ...["watched", "devices", "mine"].map((section) => ({
    name: `privacy-${section}`,
    query: "",
    route: "privacy",
    reach: async (app: AppWindow) => {
      await expect(app.find("privacy-devices")).toBeVisible();
      await expect(app.find("privacy-watched")).toHaveAttribute("data-state", "ready");
      await expect(app.find("privacy-kept")).toHaveAttribute("data-state", "shown");
      await app.page.locator(`#settings-${section}`).evaluate((title) => title.scrollIntoView());
    },
  })),
  {
    name: "privacy-kept",
    query: "",
    route: "privacy",
    reach: async (app) => {
      await expect(app.find("privacy-kept")).toHaveAttribute("data-state", "shown");
      await app.page.locator("#settings-watch").evaluate((title) => title.scrollIntoView());
    },
  },
  {
    name: "privacy-named",
    query: "mock=named-records",
    route: "privacy",
    reach: shows("privacy-devices"),
  },
  {
    name: "privacy-strangers",
    query: "mock=privacy-strangers",
    route: "privacy",
    reach: async (app) => app.find("privacy-strangers").scrollIntoViewIfNeeded(),
  },
  {
    name: "privacy-quiet",
    query: "mock=privacy-quiet",
    route: "privacy",
    reach: async (app) => app.find("privacy-watched-empty").scrollIntoViewIfNeeded(),
  },
  {
    name: "privacy-loading",
    query: "mock=privacy-loading",
    route: "privacy",
    reach: async (app) => app.find("privacy-kept").scrollIntoViewIfNeeded(),
  },
  {
    name: "privacy-offline",
    query: "mock=offline",
    route: "privacy",
    reach: shows("privacy-offline"),
  },
  {
    name: "privacy-failed",
    query: "mock=privacy-failed",
    route: "privacy",
    reach: async (app) => {
      await expect(app.find("privacy-device-list")).toHaveAttribute("data-state", "failed");
      await app.find("privacy-device-list").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "privacy-remove",
    query: "",
    route: "privacy",
    reach: async (app) => {
      await app.page.getByRole("button", { name: /Ada/ }).first().click();
      await expect(app.page.getByRole("dialog")).toBeVisible();
    },
  },
  {
    name: "privacy-saved",
    query: "",
    route: "privacy",
    reach: async (app) => {
      await app.find("privacy-save").click();
      await expect(app.find("privacy-saved")).toBeVisible();
    },
  },
  {
    name: "privacy-forget",
    query: "",
    route: "privacy",
    reach: async (app) => {
      await app.find("privacy-forget").click();
      await expect(app.page.getByRole("dialog")).toBeVisible();
    },
  },
];
