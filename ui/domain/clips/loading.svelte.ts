import type { Backend } from "../backend";
import { toAppError } from "../errors";
import type { AppError, ClipState, ClipTimeline } from "../bindings";
import { isTampered, type StreamError } from "./errors";

type Loading =
  | { kind: "checking" }
  /** The door has sent nothing of the clip yet. */
  | { kind: "filming" }
  | { kind: "ready"; timeline: ClipTimeline }
  | { kind: "failed"; error: StreamError };

/** Gets one clip's timeline, and again while the door is filming it. */
export class ClipLoading {
  state = $state.raw<Loading>({ kind: "checking" });

  private asking = false;
  private filmed: ClipState | undefined;

  constructor(
    private readonly backend: Backend,
    readonly clipId: string,
  ) {}

  /** Whether what is known so far is not all. */
  get isGrowing(): boolean {
    const { state } = this;
    return state.kind === "filming" || (state.kind === "ready" && !state.timeline.closed);
  }

  /** `filmed` is how far the activity list knows the clip to be. What is complete stays as it is. */
  async load(filmed: ClipState | undefined): Promise<void> {
    this.filmed = filmed;
    if (this.asking || this.isComplete()) return;
    if (this.state.kind === "failed") this.state = { kind: "checking" };
    this.asking = true;
    await this.ask();
    this.asking = false;
    // The list learned more while the answer was on its way.
    if (this.filmed !== filmed) await this.load(this.filmed);
  }

  fail(error: StreamError): void {
    this.state = { kind: "failed", error };
  }

  private async ask(): Promise<void> {
    try {
      this.take(await this.backend.clipTimeline(this.clipId));
    } catch (thrown) {
      this.refuse(toAppError(thrown));
    }
  }

  private take(timeline: ClipTimeline): void {
    // A clip that is being filmed is proven fragment by fragment; its signature comes last.
    if (timeline.closed && !timeline.verified)
      this.fail({ code: "clip_tampered", retryable: false });
    else if (this.grows(timeline)) this.state = { kind: "ready", timeline };
  }

  /** What is on the screen stays there, whatever is amiss on the way to more of it, unless it was altered. */
  private refuse(error: AppError): void {
    if (this.state.kind === "ready" && !isTampered(error)) return;
    const tooEarly = error.code === "clip_unavailable" && this.filmed === "recording";
    if (tooEarly) this.state = { kind: "filming" };
    else this.fail(error);
  }

  private grows({ fragments, closed }: ClipTimeline): boolean {
    if (this.state.kind !== "ready") return true;
    const { timeline } = this.state;
    return fragments.length > timeline.fragments.length || closed !== timeline.closed;
  }

  private isComplete(): boolean {
    return this.state.kind === "ready" && this.state.timeline.closed;
  }
}
