import type { AppError, ClipTimeline } from "../bindings";
import type { StreamError } from "./errors";
import type { FetchFragments } from "./loader";
import { hasPictureInPicture, togglePictureInPicture } from "./picture-in-picture";
import { chosenSpeed, nextSpeed } from "./speed";
import { ClipStream } from "./stream";

export type PlayerState = "loading" | "playing" | "paused" | "waiting" | "ended" | "failed";

/** A stretch of the clip, in ms from its start. */
export interface Stretch {
  startMs: number;
  endMs: number;
}

/** This far before the newest picture of a clip that is being filmed, so that it plays on without a halt. */
const NOW_MARGIN_MS = 2500;

/** One clip on one video element, as the controls see it. */
export class Player {
  state = $state<PlayerState>("loading");
  error = $state.raw<StreamError | null>(null);
  /** What is amiss and being tried again. */
  trouble = $state.raw<AppError | null>(null);
  /** Where the film ends early because what follows was refused. */
  cutMs = $state<number | null>(null);
  positionMs = $state(0);
  speed = $state(chosenSpeed.value);
  buffered = $state.raw<readonly Stretch[]>([]);
  timeline: ClipTimeline;

  readonly hasPictureInPicture: boolean;

  private readonly stop = new AbortController();
  private readonly stream: ClipStream;

  constructor(
    timeline: ClipTimeline,
    private readonly video: HTMLVideoElement,
    fetch: FetchFragments,
  ) {
    this.timeline = $state.raw(timeline);
    this.hasPictureInPicture = hasPictureInPicture(video);
    this.stream = new ClipStream(video, {
      timeline,
      fetch,
      onerror: (error) => this.fail(error),
      ontrouble: (error) => (this.trouble = error),
      oncut: (cutMs) => this.cut(cutMs),
    });
    this.useSpeed(chosenSpeed.value);
    this.followVideo();
  }

  get endMs(): number {
    return this.cutMs ?? this.timeline.durationMs;
  }

  get isBeingFilmed(): boolean {
    return !this.timeline.closed && this.cutMs === null;
  }

  /** Loads and, if asked, plays from the start. */
  start(autoplay: boolean): void {
    void this.stream.start();
    if (autoplay) void this.play();
  }

  /** Takes what was filmed since. */
  extend(timeline: ClipTimeline): void {
    if (timeline === this.timeline) return;
    this.timeline = timeline;
    this.stream.extend(timeline);
  }

  dispose(): void {
    this.stop.abort();
    this.stream.stop();
  }

  retry(): void {
    this.stream.retry();
  }

  async play(): Promise<void> {
    if (this.video.ended) this.seek(0);
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
    this.positionMs = Math.min(Math.max(0, ms), this.endMs);
    this.stream.seek(this.positionMs / 1000);
  }

  skip(ms: number): void {
    this.seek(this.positionMs + ms);
  }

  /** Goes to what is being filmed, and on with it. */
  goToNow(): void {
    this.seek(this.endMs - NOW_MARGIN_MS);
    void this.play();
  }

  /** Pauses and shows the picture before (-1) or after (1). */
  stepFrame(direction: -1 | 1): void {
    this.video.pause();
    this.seek(this.stream.pictures.step(this.positionMs, direction));
  }

  changeSpeed(direction: -1 | 1): void {
    this.useSpeed(nextSpeed(this.speed, direction));
  }

  useSpeed(speed: number): void {
    this.speed = speed;
    chosenSpeed.value = speed;
    // A new source plays at the default speed.
    this.video.defaultPlaybackRate = speed;
    this.video.playbackRate = speed;
  }

  async togglePictureInPicture(): Promise<void> {
    try {
      await togglePictureInPicture(this.video);
    } catch {
      // The system refused; the video stays where it is.
    }
  }

  private fail(error: StreamError): void {
    this.error = error;
    this.state = "failed";
  }

  private cut(cutMs: number): void {
    this.cutMs = cutMs;
    this.positionMs = Math.min(this.positionMs, cutMs);
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
    on("progress", () => this.readBuffered());
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
    this.readBuffered();
    if (this.video.seeking || this.stream.seekTargetS !== null) return;
    this.positionMs = Math.min(this.video.currentTime * 1000, this.endMs);
  }

  private readBuffered(): void {
    const { buffered } = this.video;
    const known = this.buffered;
    const isSame =
      buffered.length === known.length &&
      known.every(({ endMs }, at) => endMs === buffered.end(at) * 1000);
    if (isSame) return;
    this.buffered = Array.from({ length: buffered.length }, (_, at) => ({
      startMs: buffered.start(at) * 1000,
      endMs: buffered.end(at) * 1000,
    }));
  }
}

function undecodable(): AppError {
  return { code: "clip_unavailable", retryable: true };
}
