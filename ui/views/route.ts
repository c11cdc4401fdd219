export type Route =
  | { view: "doors" }
  | { view: "live"; doorId: string }
  | { view: "activity"; clipId: string | null }
  | { view: "guests"; passId: string | null }
  | { view: "settings" }
  | { view: "privacy" };

export function parseRoute(hash: string): Route {
  const [view, id] = hash.replace(/^#\/?/, "").split("/");
  if (view === "activity") return { view, clipId: id ? decodeURIComponent(id) : null };
  if (view === "guests") return { view, passId: id ? decodeURIComponent(id) : null };
  if (view === "live" && id) return { view, doorId: decodeURIComponent(id) };
  if (view === "settings" || view === "privacy") return { view };
  return { view: "doors" };
}

export function hrefOf(route: Route): string {
  if (route.view === "activity" && route.clipId) {
    return `#/activity/${encodeURIComponent(route.clipId)}`;
  }
  if (route.view === "guests" && route.passId) {
    return `#/guests/${encodeURIComponent(route.passId)}`;
  }
  if (route.view === "live") return `#/live/${encodeURIComponent(route.doorId)}`;
  return `#/${route.view}`;
}
