import type { Backend } from "../backend";
import type { AppError, LiveTimeline } from "../bindings";
import { toAppError } from "../errors";
import type { Way } from "./part";
import { pauseMs } from "./retry";

/** `unsupported`: this window cannot decode the picture at all. */
export type LiveError = AppError | { code: "unsupported" };

export type Watching =
  | { kind: "connecting" }
  /** Granted; `live` once a picture shows, `way` once it is known how pictures come. */
  | { kind: "opened"; timeline: LiveTimeline; live: boolean; way: Way | null }
  /** It broke off or did not begin, and is tried again. */
  | { kind: "waiting"; error: AppError }
  | { kind: "failed"; error: LiveError }
  /** The person stopped it. */
  | { kind: "ended" };

/** Watches one door live, again and again while it breaks off, until it is stopped. */
export class LiveWatching {
  state = $state.raw<Watching>({ kind: "connecting" });

  private attempt = 0;
  /** Tells late answers of an earlier try apart. */
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private open: LiveTimeline | null = null;
  private paused = false;

  constructor(
    private readonly backend: Backend,
    readonly doorId: string,
  ) {}

  /** Begins, or begins again at once. */
  async start(): Promise<void> {
    const turn = this.begin({ kind: "connecting" });
    try {
      const timeline = await this.backend.liveOpen(this.doorId);
      if (turn !== this.turn) {
        // Nobody waits for it any more.
        void this.backend.liveClose(timeline.liveId);
        return;
      }
      this.open = timeline;
      this.state = { kind: "opened", timeline, live: false, way: null };
    } catch (thrown) {
      if (turn === this.turn) this.broke(toAppError(thrown));
    }
  }

  /** A picture shows. */
  shown(): void {
    this.attempt = 0;
    if (this.state.kind === "opened") this.state = { ...this.state, live: true };
  }

  /** Pictures come this way from now on. */
  comesBy(way: Way): void {
    if (this.state.kind === "opened") this.state = { ...this.state, way };
  }

  /** The picture ended, or cannot be shown. */
  broke(error: LiveError): void {
    if (error.code === "unsupported" || !error.retryable) {
      this.begin({ kind: "failed", error });
      return;
    }
    const turn = this.begin({ kind: "waiting", error });
    this.timer = setTimeout(() => {
      if (turn === this.turn) void this.start();
    }, pauseMs(this.attempt));
    this.attempt += 1;
  }

  /** Watches no more, until `start`. */
  stop(): void {
    this.begin({ kind: "ended" });
  }

  /** Watches no more while nobody looks. */
  pause(): void {
    if (this.state.kind === "ended" || this.state.kind === "failed") return;
    this.stop();
    this.paused = true;
  }

  /** Goes on with what `pause` broke off, and with nothing else. */
  resume(): void {
    if (this.paused) void this.start();
  }

  private begin(state: Watching): number {
    clearTimeout(this.timer);
    this.paused = false;
    if (this.open) void this.backend.liveClose(this.open.liveId);
    this.open = null;
    this.state = state;
    return (this.turn += 1);
  }
}
