import { createContext } from "svelte";
import type { Backend, Unlisten } from "../backend";
import { toAppError } from "../errors";
import type { ActivityFilter, ActivityItem, ActivityPage, AppError } from "../bindings";
import { asksForAll, EVERYTHING } from "./filter";
import { extended, placed } from "./merge";

/** The first page is soon on screen; those after it are for somebody who goes far. */
const PAGE = 60;
const OLDER_PAGE = 200;

/** How long a list stays that is not what was asked for any more. */
const PATIENCE_MS = 400;

/** The activity list: what was loaded so far, and every change the core tells of. */
export class Feed {
  items = $state.raw<readonly ActivityItem[]>([]);
  state = $state<"loading" | "ready" | "failed">("loading");
  error = $state.raw<AppError | null>(null);
  older = $state<"more" | "loading" | "failed" | "end">("more");
  /** Grows whenever the list is another one. */
  loaded = $state(0);

  private next: number | null = null;
  private filter = EVERYTHING;
  /** Numbers what was asked for from the top, so that a late answer is known as one. */
  private asked = 0;
  /** What happened since a list was asked for that is not here yet. */
  private during: ActivityItem[] | null = null;
  /** What the core is asked about now, as it was told of last. */
  private readonly doubtful = new Map<string, ActivityItem>();

  constructor(private readonly backend: Backend) {}

  /** Starts from nothing: another building's list must not shine through. */
  async start(): Promise<Unlisten> {
    this.clear();
    const unlisten = await this.follow();
    await this.load();
    return unlisten;
  }

  /** Takes in what happens from now on. */
  async follow(): Promise<Unlisten> {
    const unlisten = await Promise.all([
      this.backend.listen("activity-added", (item) => void this.place(item)),
      this.backend.listen("activity-changed", (item) => void this.place(item)),
    ]);
    return () => unlisten.forEach((stop) => stop());
  }

  clear(): void {
    this.asked += 1;
    this.during = null;
    this.items = [];
    this.loaded = 0;
    this.state = "loading";
  }

  /** Shows what another filter lets through. */
  async look(filter: ActivityFilter): Promise<void> {
    this.filter = filter;
    await this.load();
  }

  /** Loads the newest page; what is shown stays until it is here, unless that takes long. */
  async load(): Promise<void> {
    const mine = (this.asked += 1);
    if (this.state === "failed") this.state = "loading";
    this.during = [];
    this.doubtful.clear();
    const slow = setTimeout(() => {
      if (mine === this.asked) this.state = "loading";
    }, PATIENCE_MS);
    try {
      const page = await this.firstFilled(mine);
      if (mine !== this.asked) return;
      this.show(page);
    } catch (thrown) {
      if (mine !== this.asked) return;
      this.during = null;
      this.error = toAppError(thrown);
      this.state = "failed";
    } finally {
      clearTimeout(slow);
    }
  }

  async loadOlder(): Promise<void> {
    if (this.state !== "ready" || this.older === "loading" || this.older === "end") return;
    const mine = this.asked;
    this.older = "loading";
    this.during = [];
    try {
      const page = await this.backend.activity(this.next, OLDER_PAGE, this.filter);
      if (mine !== this.asked) return;
      this.items = extended(this.items, page.items);
      this.setNext(page.next);
      this.placeMissed();
    } catch {
      if (mine !== this.asked) return;
      this.during = null;
      this.older = "failed";
    }
  }

  /** Loads on until the list goes back to `ms`, or to its end. To be called again as the list grows. */
  reachBack(ms: number): void {
    const oldest = this.items.at(-1);
    if (this.older === "more" && oldest && oldest.atMs >= ms) void this.loadOlder();
  }

  /** What a filter looks for may lie beyond many a page that has nothing of it. */
  private async firstFilled(mine: number): Promise<ActivityPage> {
    let page = await this.backend.activity(null, PAGE, this.filter);
    while (page.items.length === 0 && page.next !== null && mine === this.asked) {
      page = await this.backend.activity(page.next, OLDER_PAGE, this.filter);
    }
    return page;
  }

  /** A page may have been read before what was told of meanwhile. */
  private show(page: ActivityPage): void {
    this.items = page.items;
    this.setNext(page.next);
    this.state = "ready";
    this.loaded += 1;
    this.placeMissed();
  }

  private placeMissed(): void {
    const missed = this.during ?? [];
    this.during = null;
    for (const item of missed) void this.place(item);
  }

  private async place(item: ActivityItem): Promise<void> {
    this.during?.push(item);
    // Its page brings it.
    if (this.next !== null && item.cursor < this.next) return;
    if (asksForAll(this.filter)) {
      this.items = placed(this.items, item);
      return;
    }
    this.doubtful.set(item.id, item);
    const fits = await this.fits(item);
    if (fits === null || this.doubtful.get(item.id) !== item) return;
    this.doubtful.delete(item.id);
    this.items = fits ? placed(this.items, item) : this.items.filter(({ id }) => id !== item.id);
  }

  /** Only the core knows what a filter lets through; `null` where it cannot say, or another list was asked for. */
  private async fits({ id, cursor }: ActivityItem): Promise<boolean | null> {
    const mine = this.asked;
    try {
      const page = await this.backend.activity(cursor + 1, 1, this.filter);
      return mine === this.asked ? page.items[0]?.id === id : null;
    } catch {
      return null;
    }
  }

  private setNext(next: number | null): void {
    this.next = next;
    this.older = next === null ? "end" : "more";
  }
}

export const [feedContext, setFeedContext] = createContext<Feed>();
