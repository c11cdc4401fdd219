import type { AppError, ClipTimeline } from "../types";
import { change, mediaSourceFor, openSource } from "./media-source";
import { timescaleOf, timingOf } from "./mp4";
import { fragmentAt, nextStep, type Step } from "./planner";

/** `unsupported`: this window cannot decode the clip at all. */
export type StreamError = AppError | { code: "unsupported" };

export interface StreamOptions {
  timeline: ClipTimeline;
  /** Fetches fragment `n`; 0 is the init segment. */
  fetch: (n: number, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;
  onerror: (error: StreamError) => void;
  /** The length of one picture, once it is known. */
  onframe: (frameMs: number) => void;
  aheadMs?: number;
  behindMs?: number;
}

type Fetched = Promise<Uint8Array<ArrayBuffer>>;

const PARALLEL = 4;

/** A jump of the camera's clock this large starts a new run of timestamps. */
const DISCONTINUITY_S = 0.25;

/** Feeds one clip's fragments to one video element, in decodable order, around wherever it plays. */
export class ClipStream {
  private readonly held = new Set<number>();
  private readonly fetched = new Map<number, Fetched>();
  private readonly abort = new AbortController();
  private last: number | null = null;
  private timescale = 1;
  private placed = false;
  private seekedBlindly = false;
  private behindMs: number;
  private wake: () => void = () => undefined;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly options: StreamOptions,
  ) {
    this.behindMs = options.behindMs ?? 60_000;
  }

  /** Plays from here on until `stop`; errors go to `onerror`. */
  async start(): Promise<void> {
    try {
      await this.run();
    } catch (thrown) {
      if (!this.abort.signal.aborted) this.options.onerror(asStreamError(thrown));
    }
  }

  stop(): void {
    this.abort.abort();
    this.wake();
    this.video.removeAttribute("src");
    this.video.load();
  }

  private async run(): Promise<void> {
    const { timeline } = this.options;
    const mimeType = `video/mp4; codecs="${timeline.codec}"`;
    const Kind = mediaSourceFor(mimeType);
    if (!Kind) throw { code: "unsupported" };
    const [source, init] = await Promise.all([openSource(Kind, this.video), this.fetch(0)]);
    const buffer = source.addSourceBuffer(mimeType);
    source.duration = timeline.durationMs / 1000;
    this.timescale = timescaleOf(init);
    await change(buffer, () => buffer.appendBuffer(init));
    for (const event of ["timeupdate", "seeking", "play"]) {
      this.video.addEventListener(event, () => this.wake(), { signal: this.abort.signal });
    }
    const { signal } = this.abort;
    this.video.addEventListener("seeking", () => this.noteSeek(buffer), { signal });
    buffer.addEventListener("bufferedchange", () => this.reconcile(buffer), { signal });
    while (!this.abort.signal.aborted) await this.take(this.plan(), source, buffer);
  }

  private plan(): Step {
    return nextStep({
      fragments: this.options.timeline.fragments,
      held: this.held,
      last: this.last,
      positionMs: this.video.currentTime * 1000,
      aheadMs: this.options.aheadMs ?? 20_000,
      behindMs: this.behindMs,
    });
  }

  private async take(step: Step, source: MediaSource, buffer: SourceBuffer): Promise<void> {
    switch (step.kind) {
      case "append":
        return this.append(step.index, buffer);
      case "evict":
        return this.evict(step.beforeMs, buffer);
      case "finish":
        if (source.readyState === "open") source.endOfStream();
        return this.rest();
      case "rest":
        return this.rest();
    }
  }

  private async append(index: number, buffer: SourceBuffer): Promise<void> {
    const bytes = await this.fetchAhead(index);
    if (this.abort.signal.aborted) return;
    this.place(index, bytes, buffer);
    try {
      await change(buffer, () => buffer.appendBuffer(bytes));
    } catch (thrown) {
      if (!isQuotaExceeded(thrown) || this.behindMs <= 1000) throw thrown;
      this.behindMs = Math.min(this.behindMs / 2, this.video.currentTime * 500);
      return;
    }
    this.fetched.delete(index);
    this.held.add(index);
    this.last = index;
    this.repeatBlindSeek();
  }

  private async evict(beforeMs: number, buffer: SourceBuffer): Promise<void> {
    await change(buffer, () => buffer.remove(0, beforeMs / 1000));
    this.options.timeline.fragments.forEach(({ startMs }, index) => {
      if (startMs < beforeMs) this.held.delete(index);
    });
  }

  /**
   * A browser takes a seek to just before what it holds as a seek to its beginning, and shows that. So a seek to what
   * is not held yet is repeated once it is.
   */
  private noteSeek(buffer: SourceBuffer): void {
    this.reconcile(buffer);
    this.seekedBlindly = !this.held.has(this.shown());
  }

  private repeatBlindSeek(): void {
    if (!this.seekedBlindly || !this.held.has(this.shown())) return;
    this.seekedBlindly = false;
    this.video.currentTime += 0;
  }

  /** The place in the timeline that the video is at. */
  private shown(): number {
    return fragmentAt(this.options.timeline.fragments, this.video.currentTime * 1000);
  }

  /** A browser may drop pictures by itself when memory is short. */
  private reconcile({ buffered }: SourceBuffer): void {
    for (const index of this.held) {
      const fragment = this.options.timeline.fragments[index];
      if (!fragment) continue;
      const middle = (fragment.startMs + fragment.durationMs / 2) / 1000;
      if (!covers(buffered, middle)) this.held.delete(index);
    }
  }

  /**
   * The camera stamps fragments with its own running time. Moves them to where the timeline says the clip is, once
   * per run of timestamps, so that rounding to milliseconds never opens a gap between two fragments.
   */
  private place(index: number, bytes: Uint8Array, buffer: SourceBuffer): void {
    const fragment = this.options.timeline.fragments[index];
    if (!fragment) return;
    const { decodeTime, samples } = timingOf(bytes);
    const offset = fragment.startMs / 1000 - decodeTime / this.timescale;
    if (!this.placed || Math.abs(offset - buffer.timestampOffset) > DISCONTINUITY_S) {
      buffer.timestampOffset = offset;
    }
    if (!this.placed && samples > 0) this.options.onframe(fragment.durationMs / samples);
    this.placed = true;
  }

  /** Fetches `index`, and begins on those that will follow it. */
  private fetchAhead(index: number): Fetched {
    const { fragments } = this.options.timeline;
    for (const known of this.fetched.keys()) {
      if (known < index || known >= index + PARALLEL) this.fetched.delete(known);
    }
    for (let at = index; at < Math.min(index + PARALLEL, fragments.length); at += 1) {
      const n = fragments[at]?.n;
      if (n === undefined || this.fetched.has(at) || (at > index && this.held.has(at))) continue;
      const bytes = this.fetch(n);
      // Not every one is waited for: a seek may leave it behind.
      bytes.catch(() => undefined);
      this.fetched.set(at, bytes);
    }
    return this.fetched.get(index) ?? Promise.reject(new Error("No such fragment."));
  }

  private fetch(n: number): Fetched {
    return this.options.fetch(n, this.abort.signal);
  }

  private rest(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }
}

function covers(ranges: TimeRanges, time: number): boolean {
  for (let at = 0; at < ranges.length; at += 1) {
    if (ranges.start(at) <= time && time <= ranges.end(at)) return true;
  }
  return false;
}

function isQuotaExceeded(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "QuotaExceededError";
}

function asStreamError(thrown: unknown): StreamError {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown) {
    const { code } = thrown;
    if (typeof code === "string") return thrown as StreamError;
  }
  return { code: "clip_unavailable", retryable: true };
}
