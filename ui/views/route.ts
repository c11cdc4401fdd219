import type { ActivityFilter } from "$domain/bindings";
import { asksForAll, fromQuery, toQuery } from "$domain/activity/filter";

export type Route =
  | { view: "doors" }
  | { view: "live"; doorId: string }
  | { view: "activity"; clipId: string | null; filter?: ActivityFilter }
  | { view: "guests"; passId: string | null }
  | { view: "settings" }
  | { view: "privacy" };

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view, id] = path.split("/");
  if (view === "activity") {
    const filter = fromQuery(query);
    const clipId = id ? decodeURIComponent(id) : null;
    return asksForAll(filter) ? { view, clipId } : { view, clipId, filter };
  }
  if (view === "guests") return { view, passId: id ? decodeURIComponent(id) : null };
  if (view === "live" && id) return { view, doorId: decodeURIComponent(id) };
  if (view === "settings" || view === "privacy") return { view };
  return { view: "doors" };
}

export function hrefOf(route: Route): string {
  if (route.view === "activity") {
    const clip = route.clipId ? `/${encodeURIComponent(route.clipId)}` : "";
    const query = route.filter ? toQuery(route.filter) : "";
    return `#/activity${clip}${query && `?${query}`}`;
  }
  if (route.view === "guests" && route.passId) {
    return `#/guests/${encodeURIComponent(route.passId)}`;
  }
  if (route.view === "live") return `#/live/${encodeURIComponent(route.doorId)}`;
  return `#/${route.view}`;
}
