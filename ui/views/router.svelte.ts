import { hrefOf, parseRoute, type Route } from "./route";

/** What the window's history keeps of a page. */
interface Entry {
  /** The page that it was opened from, which is where going back leads. */
  before?: string;
}

class Router {
  route = $state.raw<Route>(parseRoute(location.hash));

  constructor() {
    addEventListener("hashchange", () => {
      const before = hrefOf(this.route);
      this.route = parseRoute(location.hash);
      if (history.state === null) history.replaceState({ before } satisfies Entry, "");
    });
  }

  /** Opens a page; going back leads here again. */
  go(route: Route): void {
    location.hash = hrefOf(route);
  }

  /** Shows another page in the place of this one. */
  swap(route: Route): void {
    history.replaceState(history.state, "", hrefOf(route));
    this.route = route;
  }

  /** Closes this page, which lies on `route`: going back does not open it again. */
  leave(route: Route): void {
    const entry = history.state as Entry | null;
    if (entry?.before === hrefOf(route)) history.back();
    else this.swap(route);
  }
}

export const router = new Router();
