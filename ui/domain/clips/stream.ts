import type { AppError, ClipTimeline } from "../bindings";
import { change, mediaSourceFor, openSource } from "./media-source";
import { type FragmentTiming, timescaleOf, timingOf } from "./mp4";
import { type Group, groupAt, groupsOf, nextStep, type Step } from "./planner";

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

type Parts = Promise<Uint8Array<ArrayBuffer>[]>;

/** A jump of the camera's clock this large starts a new run of timestamps. */
const DISCONTINUITY_S = 0.25;

/** Feeds one clip to one video element, group by group, around wherever it plays. */
export class ClipStream {
  private readonly groups: readonly Group[];
  private readonly held = new Set<number>();
  private readonly fetched = new Map<number, Parts>();
  private readonly abort = new AbortController();
  private timescale = 1;
  private placed = false;
  private seekedBlindly = false;
  private behindMs: number;
  private wake: () => void = () => undefined;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly options: StreamOptions,
  ) {
    this.groups = groupsOf(options.timeline.fragments);
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
    const { signal } = this.abort;
    this.video.addEventListener("seeking", () => this.noteSeek(buffer), { signal });
    buffer.addEventListener("bufferedchange", () => this.reconcile(buffer), { signal });
    for (const event of ["timeupdate", "seeking", "play"]) {
      this.video.addEventListener(event, () => this.wake(), { signal });
    }
    while (!signal.aborted) await this.take(this.plan(), source, buffer);
  }

  private plan(): Step {
    return nextStep({
      groups: this.groups,
      held: this.held,
      positionMs: this.video.currentTime * 1000,
      aheadMs: this.options.aheadMs ?? 20_000,
      behindMs: this.behindMs,
    });
  }

  private async take(step: Step, source: MediaSource, buffer: SourceBuffer): Promise<void> {
    switch (step.kind) {
      case "append":
        return this.append(step.group, buffer);
      case "evict":
        return this.evict(step.before, buffer);
      case "finish":
        if (source.readyState === "open") source.endOfStream();
        return this.rest();
      case "rest":
        return this.rest();
    }
  }

  private async append(group: number, buffer: SourceBuffer): Promise<void> {
    const parts = await this.fetchAhead(group);
    if (this.abort.signal.aborted) return;
    // Reads every part, so that bytes which are no fragment never reach the decoder.
    this.place(group, parts.map(timingOf), buffer);
    const bytes = await new Blob(parts).arrayBuffer();
    try {
      await change(buffer, () => buffer.appendBuffer(bytes));
    } catch (thrown) {
      if (!isQuotaExceeded(thrown) || this.behindMs <= 1000) throw thrown;
      this.behindMs = Math.min(this.behindMs / 2, this.video.currentTime * 500);
      return;
    }
    this.fetched.delete(group);
    this.held.add(group);
    this.repeatBlindSeek();
  }

  private async evict(before: number, buffer: SourceBuffer): Promise<void> {
    const endS = (this.groups[before]?.startMs ?? 0) / 1000;
    await change(buffer, () => buffer.remove(0, endS));
    for (const group of this.held) if (group < before) this.held.delete(group);
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

  private shown(): number {
    return groupAt(this.groups, this.video.currentTime * 1000);
  }

  /** A browser may drop pictures by itself when memory is short. */
  private reconcile({ buffered }: SourceBuffer): void {
    for (const held of this.held) {
      const group = this.groups[held];
      if (group && !covers(buffered, group)) this.held.delete(held);
    }
  }

  /**
   * The camera stamps fragments with its own running time. Moves them to where the timeline says the clip is, once
   * per run of timestamps, so that rounding to milliseconds never opens a gap between two groups.
   */
  private place(group: number, timings: FragmentTiming[], buffer: SourceBuffer): void {
    const fragment = this.options.timeline.fragments[this.groups[group]?.from ?? 0];
    const [first] = timings;
    if (!fragment || !first) return;
    const { decodeTime, samples } = first;
    const offset = fragment.startMs / 1000 - decodeTime / this.timescale;
    if (!this.placed || Math.abs(offset - buffer.timestampOffset) > DISCONTINUITY_S) {
      buffer.timestampOffset = offset;
    }
    if (!this.placed && samples > 0) this.options.onframe(fragment.durationMs / samples);
    this.placed = true;
  }

  /** Fetches a group, and begins on the one that will follow it. */
  private fetchAhead(group: number): Parts {
    for (const known of this.fetched.keys()) {
      if (known !== group && known !== group + 1) this.fetched.delete(known);
    }
    const wanted = this.fetchGroup(group);
    if (group + 1 < this.groups.length && !this.held.has(group + 1))
      void this.fetchGroup(group + 1);
    return wanted;
  }

  private fetchGroup(group: number): Parts {
    const known = this.fetched.get(group);
    if (known) return known;
    const { from, to } = this.groups[group] ?? { from: 0, to: 0 };
    const fragments = this.options.timeline.fragments.slice(from, to);
    const parts = Promise.all(fragments.map(({ n }) => this.fetch(n)));
    // Not every one is waited for: a seek may leave it behind.
    parts.catch(() => undefined);
    this.fetched.set(group, parts);
    return parts;
  }

  private fetch(n: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.options.fetch(n, this.abort.signal);
  }

  private rest(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }
}

/** Whether both ends of the group are there, give or take a rounding. */
function covers(ranges: TimeRanges, { startMs, endMs }: Group): boolean {
  const [start, end] = [startMs / 1000 + TOLERANCE_S, endMs / 1000 - TOLERANCE_S];
  return Array.from({ length: ranges.length }).some(
    (_, at) => ranges.start(at) <= start && end <= ranges.end(at),
  );
}

const TOLERANCE_S = 0.02;

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
