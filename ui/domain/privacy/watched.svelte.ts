import type { Backend } from "../backend";
import type { WatchedDay } from "../bindings";
import { toAppError } from "../errors";
import { describeFailure, type Failure } from "../failure";

/** Who watched, as far back as was asked for. */
export class Watched {
  days = $state.raw<readonly WatchedDay[]>([]);
  state = $state<"loading" | "ready" | "failed">("loading");
  failure = $state.raw<Failure | null>(null);
  /** Whether there is more before. */
  next = $state.raw<string | null>(null);

  constructor(private readonly backend: Backend) {}

  /** Loads the newest days, or with `older` those before the oldest that are here. */
  async load(older = false): Promise<void> {
    this.state = "loading";
    this.failure = null;
    try {
      const page = await this.backend.watched(older ? this.next : null);
      this.days = older ? [...this.days, ...page.days] : page.days;
      this.next = page.next;
      this.state = "ready";
    } catch (thrown) {
      this.failure = describeFailure(toAppError(thrown));
      this.state = "failed";
    }
  }
}
