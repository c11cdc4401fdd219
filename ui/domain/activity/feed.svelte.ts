import { createContext } from "svelte";
import type { Backend, Unlisten } from "../backend";
import { toAppError } from "../errors";
import type { ActivityItem, AppError } from "../bindings";
import { extended, placed } from "./merge";

const PAGE = 60;

/** The activity list: what was loaded so far, and every change the core tells of. */
export class Feed {
  items = $state.raw<readonly ActivityItem[]>([]);
  state = $state<"loading" | "ready" | "failed">("loading");
  error = $state.raw<AppError | null>(null);
  older = $state<"more" | "loading" | "failed" | "end">("more");

  private next: number | null = null;

  constructor(private readonly backend: Backend) {}

  /** Starts from nothing: another building's list must not shine through. */
  async start(): Promise<Unlisten> {
    this.items = [];
    this.state = "loading";
    const place = (item: ActivityItem) => (this.items = placed(this.items, item));
    const unlisten = await Promise.all([
      this.backend.listen("activity-added", place),
      this.backend.listen("activity-changed", place),
    ]);
    await this.load();
    return () => unlisten.forEach((stop) => stop());
  }

  /** Loads the newest page; what is shown stays until it is here. */
  async load(): Promise<void> {
    if (this.state === "failed") this.state = "loading";
    try {
      const page = await this.backend.activity(null, PAGE);
      this.items = page.items;
      this.setNext(page.next);
      this.state = "ready";
    } catch (thrown) {
      this.error = toAppError(thrown);
      this.state = "failed";
    }
  }

  async loadOlder(): Promise<void> {
    if (this.state !== "ready" || this.older === "loading" || this.older === "end") return;
    this.older = "loading";
    try {
      const page = await this.backend.activity(this.next, PAGE);
      this.items = extended(this.items, page.items);
      this.setNext(page.next);
    } catch {
      this.older = "failed";
    }
  }

  /** Loads on until the list goes back to `ms`, or to its end. To be called again as the list grows. */
  reachBack(ms: number): void {
    const oldest = this.items.at(-1);
    if (this.older === "more" && oldest && oldest.atMs >= ms) void this.loadOlder();
  }

  private setNext(next: number | null): void {
    this.next = next;
    this.older = next === null ? "end" : "more";
  }
}

export const [feedContext, setFeedContext] = createContext<Feed>();
