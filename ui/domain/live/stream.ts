import { change, mediaSourceFor, openSource } from "../clips/media-source";
import { stepTowards } from "./edge";
import type { Part, Way } from "./part";

export interface LiveOptions {
  codec: string;
  /** Waits for part `n`, or the newest where that one is past. */
  fetch: (n: number, signal: AbortSignal) => Promise<Part>;
  /** How the picture comes that is shown next; told whenever that changes. */
  onway: (way: Way) => void;
}

/** What has been shown is kept this long: the decoder may still want its keyframe. */
const KEPT_S = 4;
const TIDY_EVERY = 50;

/** A part that took as long had to be filmed first; what was there already comes faster. */
const FILMED_MS = 40;

/** Shows one live picture on one video element, at its edge. */
export class LiveStream {
  private readonly abort = new AbortController();

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly options: LiveOptions,
  ) {}

  /** Plays until `stop`; rejects with an `AppError` when the picture ends before, or cannot be shown. */
  async run(): Promise<void> {
    try {
      await this.play();
    } catch (thrown) {
      if (!this.abort.signal.aborted) throw thrown;
    }
  }

  stop(): void {
    this.abort.abort();
    this.video.removeAttribute("src");
    this.video.load();
  }

  private async play(): Promise<void> {
    const { codec, fetch, onway } = this.options;
    const { signal } = this.abort;
    const mimeType = `video/mp4; codecs="${codec}"`;
    const Kind = mediaSourceFor(mimeType);
    if (!Kind) throw { code: "unsupported" };
    const [source, init] = await Promise.all([
      openSource(Kind, this.video, signal),
      fetch(0, signal),
    ]);
    source.duration = Infinity;
    const buffer = source.addSourceBuffer(mimeType);
    // One picture after another, whatever was left out in between.
    buffer.mode = "sequence";
    await change(buffer, () => buffer.appendBuffer(init.bytes));
    let next = init.n + 1;
    let arriving = true;
    let way: Way | null = null;
    for (let count = 1; !signal.aborted; count += 1) {
      const asked = performance.now();
      const part = await fetch(next, signal);
      const isFresh = performance.now() - asked >= FILMED_MS;
      next = part.n + 1;
      if (part.way !== way) onway((way = part.way));
      const before = edgeOf(buffer);
      await change(buffer, () => buffer.appendBuffer(part.bytes));
      if (!part.init) {
        const jumped = this.stayAtEdge(buffer, edgeOf(buffer) - before, arriving);
        arriving &&= jumped || !isFresh;
      }
      if (count % TIDY_EVERY === 0) await this.tidy(buffer);
    }
  }

  /** Whether it took a jump. */
  private stayAtEdge({ buffered }: SourceBuffer, partS: number, arriving: boolean): boolean {
    const last = buffered.length - 1;
    if (last < 0) return false;
    const there = { startS: buffered.start(last), edgeS: buffered.end(last), partS };
    const { rate, jumpToS } = stepTowards(this.video.currentTime, there, arriving);
    this.video.playbackRate = rate;
    if (jumpToS !== null) this.video.currentTime = jumpToS;
    // Refused only where it plays already, or nobody looks.
    if (this.video.paused) this.video.play().catch(() => undefined);
    return jumpToS !== null;
  }

  private async tidy(buffer: SourceBuffer): Promise<void> {
    const until = this.video.currentTime - KEPT_S;
    if (until > 0) await change(buffer, () => buffer.remove(0, until));
  }
}

function edgeOf({ buffered }: SourceBuffer): number {
  return buffered.length === 0 ? 0 : buffered.end(buffered.length - 1);
}
