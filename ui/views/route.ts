export type Route =
  { view: "doors" } | { view: "activity"; clipId: string | null } | { view: "settings" };

export function parseRoute(hash: string): Route {
  const [view, clipId] = hash.replace(/^#\/?/, "").split("/");
  if (view === "activity") return { view, clipId: clipId ? decodeURIComponent(clipId) : null };
  if (view === "settings") return { view };
  return { view: "doors" };
}

export function hrefOf(route: Route): string {
  if (route.view === "activity" && route.clipId) {
    return `#/activity/${encodeURIComponent(route.clipId)}`;
  }
  return `#/${route.view}`;
}
