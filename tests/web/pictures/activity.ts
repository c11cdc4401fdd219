import { type AppWindow, expect } from "../window.ts";
import { type Picture, shows } from "./picture.ts";

const pictured = (state: string) => async (app: AppWindow) =>
  expect(app.find("thumbnail").first()).toHaveAttribute("data-state", state);

export const activity: Picture[] = [
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
    name: "activity-filtered",
    query: "",
    route: "activity?who=delivery&door=door-parcels&text=north",
    reach: (app) => expect(app.find("activity-item")).toHaveCount(1),
  },
  {
    name: "activity-own",
    query: "",
    route: "activity?who=own",
    reach: (app) => expect(app.find("activity-item")).toHaveCount(3),
  },
  {
    name: "activity-own-named",
    query: "mock=named-records",
    route: "activity?who=own",
    reach: (app) => expect(app.find("activity-item")).toHaveCount(3),
  },
  {
    name: "activity-none",
    query: "",
    route: "activity?who=guest&text=pigeon",
    reach: shows("activity-none"),
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
];
