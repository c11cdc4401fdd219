import { type AppWindow, expect } from "../window.ts";
import { type Picture, press, shows } from "./picture.ts";

const settings = (app: AppWindow) => app.find("notification-settings").scrollIntoViewIfNeeded();

/** What waits to be collected, and what makes a notification. */
export const deliveries: Picture[] = [
  {
    name: "deliveries-waiting",
    query: "mock=deliveries",
    reach: shows("waiting-deliveries"),
  },
  {
    name: "deliveries-one",
    query: "mock=deliveries-one",
    reach: shows("waiting-deliveries"),
  },
  {
    name: "deliveries-collected",
    query: "mock=deliveries",
    reach: press("delivery-collect-all", "delivery-undo"),
  },
  {
    name: "deliveries-failed",
    query: "mock=deliveries-failing",
    reach: async (app) => {
      await app.find("delivery-collect").click();
      await expect(app.find("waiting-deliveries").getByRole("alert")).toBeVisible();
    },
  },
  {
    name: "activity-deliveries",
    query: "mock=deliveries",
    route: "activity",
    reach: shows("delivery"),
  },
  {
    name: "settings-notifications",
    query: "",
    route: "settings",
    reach: settings,
  },
  {
    name: "settings-quiet-hours",
    query: "mock=notifications-quiet",
    route: "settings",
    reach: async (app) => {
      await app.find("notifying-doors").locator("summary").click();
      await app.find("quiet-hours-times").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "settings-notifications-missing",
    query: "mock=notifications-missing",
    route: "settings",
    reach: async (app) => {
      await expect(app.find("notifications-missing")).toBeVisible();
      await settings(app);
    },
  },
];
