import type { AppError, ClipTimeline } from "../bindings";
import { ClipStream, type StreamError } from "./stream";

export type PlayerState = "loading" | "playing" | "paused" | "waiting" | "ended" | "failed";

export const SPEEDS = [1, 2, 0.5] as const;

const DEFAULT_FRAME_MS = 1000 / 15;

/** One clip on one video element, as the controls see it. */
export class Player {
  state = $state<PlayerState>("loading");
  error = $state.raw<StreamError | null>(null);
  positionMs = $state(0);
  speed = $state<number>(SPEEDS[0]);

  private frameMs = DEFAULT_FRAME_MS;
  private readonly stop = new AbortController();
  private readonly stream: ClipStream;

  constructor(
    readonly timeline: ClipTimeline,
    private readonly video: HTMLVideoElement,
    fetch: (n: number, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>,
  ) {
    this.stream = new ClipStream(video, {
      timeline,
      fetch,
      onerror: (error) => this.fail(error),
      onframe: (frameMs) => (this.frameMs = frameMs),
    });
    this.followVideo();
  }

  /** Loads and, if asked, plays from the start. */
  start(autoplay: boolean): void {
    void this.stream.start();
    if (autoplay) void this.play();
  }

  dispose(): void {
    this.stop.abort();
    this.stream.stop();
  }

  async play(): Promise<void> {
    if (this.video.ended) this.video.currentTime = 0;
    try {
      await this.video.play();
    } catch {
      // Refused or overtaken by a pause; the video's own events tell the state.
    }
  }

  toggle(): void {
    if (this.video.paused || this.video.ended) void this.play();
    else this.video.pause();
  }

  seek(ms: number): void {
    this.positionMs = Math.min(Math.max(0, ms), this.timeline.durationMs);
    this.video.currentTime = this.positionMs / 1000;
  }

  skip(ms: number): void {
    this.seek(this.video.currentTime * 1000 + ms);
  }

  /** Pauses and shows the picture before (-1) or after (1), in its middle so that rounding cannot miss it. */
  stepFrame(direction: -1 | 1): void {
    this.video.pause();
    const frame = Math.floor((this.video.currentTime * 1000) / this.frameMs);
    this.seek((frame + direction + 0.5) * this.frameMs);
  }

  cycleSpeed(): void {
    const at = SPEEDS.findIndex((speed) => speed === this.speed);
    this.speed = SPEEDS[(at + 1) % SPEEDS.length] ?? 1;
    this.video.playbackRate = this.speed;
  }

  private fail(error: StreamError): void {
    this.error = error;
    this.state = "failed";
  }

  private followVideo(): void {
    const { video } = this;
    const on = (type: string, follow: () => void): void => {
      const guarded = () => {
        if (this.state !== "failed") follow();
      };
      video.addEventListener(type, guarded, { signal: this.stop.signal });
    };
    on("loadeddata", () => (this.state = video.paused ? "paused" : "playing"));
    on("playing", () => this.followPlayback());
    on("pause", () => (this.state = video.ended ? "ended" : "paused"));
    on("waiting", () => (this.state = "waiting"));
    on("ended", () => (this.state = "ended"));
    on("timeupdate", () => this.readPosition());
    on("seeked", () => this.settle());
    on("error", () => this.fail(undecodable()));
  }

  private settle(): void {
    this.readPosition();
    if (this.video.paused && !this.video.ended) this.state = "paused";
  }

  private followPlayback(): void {
    this.state = "playing";
    const tick = (): void => {
      if (this.state !== "playing" || this.stop.signal.aborted) return;
      this.readPosition();
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  private readPosition(): void {
    if (!this.video.seeking) this.positionMs = this.video.currentTime * 1000;
  }
}

function undecodable(): AppError {
  return { code: "clip_unavailable", retryable: true };
}
