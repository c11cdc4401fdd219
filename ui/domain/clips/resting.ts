import type { Pictures } from "./pictures";

/** Times of pictures nearer than this are one; browsers round them. */
const SAME_MS = 2;

/** A browser that still shows an earlier picture then shows what it can. */
const REPEATS = 2;

type Shown = Pick<
  HTMLVideoElement,
  | "currentTime"
  | "paused"
  | "seeking"
  | "addEventListener"
  | "requestVideoFrameCallback"
  | "cancelVideoFrameCallback"
>;

/**
 * Has a paused video rest on the very picture that it was sent to. A decoder that is short of time may leave an earlier
 * one standing after a seek; going there once more mends that. Works where the window tells which picture it shows.
 */
export class Resting {
  private asked = 0;
  private shownMs: number | null = null;
  private wantedS: number | null = null;
  private repeats = 0;

  constructor(
    private readonly video: Shown,
    private readonly pictures: Pictures,
  ) {}

  follow(signal: AbortSignal): void {
    if (!("requestVideoFrameCallback" in this.video)) return;
    this.video.addEventListener("seeking", () => this.begin(), { signal });
    this.video.addEventListener("seeked", () => this.check(), { signal });
  }

  private begin(): void {
    const { currentTime } = this.video;
    if (currentTime !== this.wantedS) this.repeats = REPEATS;
    this.wantedS = currentTime;
    this.shownMs = null;
    this.video.cancelVideoFrameCallback(this.asked);
    this.ask();
  }

  private ask(): void {
    this.asked = this.video.requestVideoFrameCallback((_, { mediaTime }) => {
      this.shownMs = mediaTime * 1000;
      this.check();
      if (this.video.paused) this.ask();
    });
  }

  private check(): void {
    const { paused, seeking, currentTime } = this.video;
    if (!paused || seeking || this.shownMs === null || this.repeats === 0) return;
    const wanted = this.pictures.at(currentTime * 1000);
    if (!wanted || this.shownMs > wanted.startMs - SAME_MS) return;
    this.repeats -= 1;
    this.video.currentTime = currentTime;
  }
}
