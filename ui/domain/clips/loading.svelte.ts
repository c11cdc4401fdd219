import type { Backend } from "../backend";
import { toAppError } from "../errors";
import type { ClipState, ClipTimeline } from "../bindings";
import type { StreamError } from "./stream";

type Loading =
  | { kind: "checking" }
  /** The door has not closed the clip yet. */
  | { kind: "filming" }
  | { kind: "ready"; timeline: ClipTimeline }
  | { kind: "failed"; error: StreamError };

/** Gets one clip's timeline: at once, or when the film is over. */
export class ClipLoading {
  state = $state.raw<Loading>({ kind: "checking" });

  constructor(
    private readonly backend: Backend,
    readonly clipId: string,
  ) {}

  /** `filmed` is how far the activity list knows the clip to be. What is ready stays as it is. */
  async load(filmed: ClipState | undefined): Promise<void> {
    if (this.state.kind === "ready") return;
    if (this.state.kind === "failed") this.state = { kind: "checking" };
    try {
      const timeline = await this.backend.clipTimeline(this.clipId);
      if (timeline.verified) this.state = { kind: "ready", timeline };
      else this.fail({ code: "clip_tampered", retryable: false });
    } catch (thrown) {
      const error = toAppError(thrown);
      if (this.isReady()) return;
      const tooEarly = error.code === "clip_unavailable" && filmed === "recording";
      if (tooEarly) this.state = { kind: "filming" };
      else this.fail(error);
    }
  }

  fail(error: StreamError): void {
    this.state = { kind: "failed", error };
  }

  private isReady(): boolean {
    return this.state.kind === "ready";
  }
}
