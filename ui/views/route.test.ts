import { expect, it } from "vitest";
import { hrefOf, parseRoute, type Route } from "./route";

const routes: Route[] = [
  { view: "doors" },
  { view: "activity", clipId: null },
  { view: "activity", clipId: "0198-ab/cd" },
  { view: "live", doorId: "0198-ab/cd" },
  { view: "guests", passId: null },
  { view: "guests", passId: "0198-ab/cd" },
  { view: "settings" },
  { view: "privacy" },
];

it.each(routes)("an address leads back to where it came from (%#)", (route) => {
  expect(parseRoute(hrefOf(route))).toEqual(route);
});

it.each(["", "#", "#/", "#/elsewhere", "#/live", "#/live/", "#/doors/x"])(
  "%j leads to the doors",
  (hash) => {
    expect(parseRoute(hash)).toEqual({ view: "doors" });
  },
);
