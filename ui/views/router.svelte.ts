import { hrefOf, parseRoute, type Route } from "./route";

class Router {
  route = $state.raw<Route>(parseRoute(location.hash));

  constructor() {
    addEventListener("hashchange", () => (this.route = parseRoute(location.hash)));
  }

  go(route: Route): void {
    location.hash = hrefOf(route);
  }

  /** Goes on without a step that could be taken back. */
  replace(route: Route): void {
    history.replaceState(null, "", hrefOf(route));
    this.route = route;
  }
}

export const router = new Router();
