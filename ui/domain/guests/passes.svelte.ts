import type { Backend, Unlisten } from "../backend";
import type { ActivityItem, AppError, Pass, PassDraft } from "../bindings";
import { toAppError } from "../errors";
import type { Failure } from "../failure";
import { isOpen } from "./describe";

interface Unrevoked {
  name: string;
  failure: Failure;
}

/** The household's passes. */
export class Passes {
  list = $state.raw<readonly Pass[]>([]);
  state = $state<"loading" | "ready">("loading");
  /** Why the list may be out of date. */
  failure = $state.raw<AppError | null>(null);
  /** What was to be revoked and still opens doors, where nobody waited for the answer. */
  unrevoked = $state.raw<Unrevoked | null>(null);

  constructor(private readonly backend: Backend) {}

  get open(): readonly Pass[] {
    return this.list.filter(isOpen);
  }

  get ended(): readonly Pass[] {
    return this.list.filter((pass) => !isOpen(pass));
  }

  /** Loads them, and again when somebody came with one. */
  async start(): Promise<Unlisten> {
    const look = (item: ActivityItem) => {
      const { kind } = item;
      if (kind.type === "entry" && kind.pass !== null) void this.load();
    };
    const unlisten = await this.backend.listen("activity-added", look);
    await this.load();
    return unlisten;
  }

  async load(): Promise<void> {
    try {
      const { passes, failure } = await this.backend.passes();
      this.list = passes;
      this.failure = failure;
    } catch (thrown) {
      this.failure = toAppError(thrown);
    }
    this.state = "ready";
  }

  /** When the next of them begins or ends (Unix ms), if any does. */
  nextChange(): number | null {
    const moments = this.open.map(({ state, fromMs, untilMs }) =>
      state === "later" ? fromMs : untilMs + 1000,
    );
    return moments.length === 0 ? null : Math.min(...moments);
  }

  async make(draft: PassDraft): Promise<Pass> {
    const made = await this.backend.makePass(draft);
    this.list = [made, ...this.list.filter(({ id }) => id !== made.id)];
    return made;
  }

  async change(pass: Pass, label: string, untilMs: number): Promise<void> {
    await this.backend.changePass(pass.id, label, untilMs);
    await this.load();
  }

  async revoke(pass: Pass): Promise<void> {
    this.unrevoked = null;
    await this.backend.revokePass(pass.id);
    await this.load();
  }
}
