import type { AppError, ClipTimeline, TimelineFragment } from "../bindings";
import { comesAtOnce } from "./at-once";
import { asStreamError, isAbort, isTampered, passes, type StreamError } from "./errors";
import { type FetchFragments, Loader } from "./loader";
import { change, isQuotaExceeded, mediaSourceFor, openSource } from "./media-source";
import { Pictures } from "./pictures";
import { Placement } from "./placement";
import { type Group, groupAt, groupsOf, nextStep, type Step } from "./planner";
import { Resting } from "./resting";
import { Seek } from "./seek";

export interface StreamOptions {
  timeline: ClipTimeline;
  fetch: FetchFragments;
  /** Nothing can be shown. */
  onerror: (error: StreamError) => void;
  /** Something is amiss that is tried again, or `null` once it is over. */
  ontrouble: (error: AppError | null) => void;
  /** A fragment was refused: the film ends here now, after what was proven. */
  oncut: (cutMs: number) => void;
  aheadMs?: number;
  keepMs?: number;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8000;

/** What comes later can wait until the picture shows that was jumped to, but not for ever. */
const JUMP_MS = 400;
/** A decoder may want a few pictures more before it shows one. */
const JUMP_AHEAD_MS = 500;

/** Feeds one clip to one video element, group by group, around wherever it plays. */
export class ClipStream {
  readonly pictures = new Pictures();

  private fragments: readonly TimelineFragment[];
  private groups: readonly Group[];
  private growing: boolean;
  private cut = false;
  private readonly held = new Map<number, number>();
  private readonly loader: Loader;
  private readonly seeking: Seek;
  private source: MediaSource | null = null;
  private readonly abort = new AbortController();
  private keepMs: number;
  private failures = 0;
  private jumpEndsMs = 0;
  private jumps = 0;
  private wake: () => void = () => undefined;
  private hurry: () => void = () => undefined;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly options: StreamOptions,
  ) {
    const { timeline, fetch, keepMs } = options;
    this.fragments = timeline.fragments;
    this.groups = groupsOf(timeline.fragments);
    this.growing = !timeline.closed;
    this.keepMs = keepMs ?? 60_000;
    this.loader = new Loader(fetch);
    this.seeking = new Seek(video);
  }

  /** Where a seek is going to, in s, while what it wants is not there yet. */
  get seekTargetS(): number | null {
    return this.seeking.targetS;
  }

  /** Plays from here on until `stop`. */
  async start(): Promise<void> {
    try {
      await this.run();
    } catch (thrown) {
      if (!this.abort.signal.aborted) this.options.onerror(asStreamError(thrown));
    }
  }

  /** Takes what was filmed since. */
  extend({ fragments, closed }: ClipTimeline): void {
    if (this.cut) return;
    this.fragments = fragments;
    this.groups = groupsOf(fragments);
    this.growing = !closed;
    this.bound();
    this.wake();
  }

  seek(atS: number): void {
    this.seeking.to(atS, this.groups, this.held);
    this.lookHere();
  }

  /** Tries again at once what would be tried again later. */
  retry(): void {
    this.hurry();
  }

  stop(): void {
    this.abort.abort();
    this.loader.keepOnly(new Set());
    this.wake();
    this.hurry();
    this.video.removeAttribute("src");
    this.video.load();
  }

  private async run(): Promise<void> {
    const { timeline } = this.options;
    const mimeType = `video/mp4; codecs="${timeline.codec}"`;
    const Kind = mediaSourceFor(mimeType);
    if (!Kind) throw { code: "unsupported" };
    const fetched = this.fetchInit();
    this.fetchAhead(0, 0, 1);
    const [source, init] = await Promise.all([
      openSource(Kind, this.video, this.abort.signal),
      fetched,
    ]);
    if (this.abort.signal.aborted) return;
    const buffer = source.addSourceBuffer(mimeType);
    source.duration = this.growing ? Infinity : timeline.durationMs / 1000;
    this.source = source;
    this.bound();
    const placement = new Placement(buffer, init);
    await change(buffer, () => buffer.appendBuffer(init));
    this.follow(buffer);
    await this.feed(source, buffer, placement);
  }

  /** How far can be jumped: a clip that grows has no end yet, and then only what is in the buffer could be reached. */
  private bound(): void {
    const isOpen = this.source?.readyState === "open";
    if (!isOpen || !this.growing) return;
    this.source?.setLiveSeekableRange(0, (this.groups.at(-1)?.endMs ?? 0) / 1000);
  }

  private async feed(source: MediaSource, buffer: SourceBuffer, placement: Placement) {
    while (!this.abort.signal.aborted) await this.turn(source, buffer, placement);
  }

  private follow(buffer: SourceBuffer): void {
    const { signal } = this.abort;
    this.video.addEventListener("seeking", () => this.noteSeek(buffer), { signal });
    this.video.addEventListener("waiting", () => this.stepOver(), { signal });
    new Resting(this.video, this.pictures).follow(signal);
    buffer.addEventListener("bufferedchange", () => this.reconcile(buffer), { signal });
    for (const event of ["timeupdate", "play", "seeked"]) {
      this.video.addEventListener(event, () => this.wake(), { signal });
    }
  }

  private async fetchInit(): Promise<Uint8Array<ArrayBuffer>> {
    for (;;) {
      try {
        return await this.loader.get(0);
      } catch (thrown) {
        this.loader.release(0);
        if (!passes(thrown) || this.abort.signal.aborted) throw thrown;
        await this.pause(thrown);
      }
    }
  }

  private async turn(
    source: MediaSource,
    buffer: SourceBuffer,
    placement: Placement,
  ): Promise<void> {
    const step = this.plan();
    if (step.kind === "append") return this.append(step, buffer, placement);
    if (step.kind === "evict") return this.evict(step, buffer);
    if (step.kind === "finish" && source.readyState === "open") source.endOfStream();
    return this.rest();
  }

  private plan(): Step {
    return nextStep({
      groups: this.groups,
      held: this.held,
      growing: this.growing,
      positionMs: this.seeking.positionS * 1000,
      aheadMs: this.isJumping ? JUMP_AHEAD_MS : (this.options.aheadMs ?? 20_000),
      keepMs: this.keepMs,
    });
  }

  /**
   * A group that was begun before another was appended is begun anew: what has no keyframe right before it in the order
   * of appending is dropped by the browser.
   */
  private hold(group: number, to: number): void {
    const [begun] = [...this.held].filter(([at, end]) => at !== group && end < this.endOf(at));
    if (begun) this.held.delete(begun[0]);
    this.held.set(group, to);
  }

  private endOf(group: number): number {
    return this.groups[group]?.to ?? 0;
  }

  private async append(
    { group, from, to }: Extract<Step, { kind: "append" }>,
    buffer: SourceBuffer,
    placement: Placement,
  ): Promise<void> {
    const { jumps } = this;
    this.fetchAhead(group, from, to);
    const end = await this.reach(group, to);
    if (jumps !== this.jumps) return;
    const { parts, failure } = await this.collect(from, end);
    if (this.abort.signal.aborted) return;
    if (parts.length > 0 && !(await this.put(parts, from, buffer, placement))) return;
    if (parts.length > 0) this.hold(group, from + parts.length);
    this.seeking.approach(this.groups, this.held);
    this.stepOver();
    if (failure) await this.recover(failure.thrown, from + parts.length, buffer);
    else this.recovered();
  }

  /**
   * How far a group is appended in one go. A jump that has its whole group almost at once goes there straight; otherwise
   * the keyframe before it shows first.
   */
  private async reach(group: number, to: number): Promise<number> {
    const whole = this.groups[group]?.to ?? to;
    if (this.seekTargetS === null || to === whole) return to;
    return (await comesAtOnce(this.loader.arrival(this.missing(group)))) ? whole : to;
  }

  /** Fragments `from` up to, without, `to`, as far as they can be had. */
  private async collect(from: number, to: number) {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (const { n } of this.fragments.slice(from, to)) {
      try {
        parts.push(await this.loader.get(n));
      } catch (thrown) {
        this.loader.release(n);
        return { parts, failure: { thrown } };
      }
    }
    return { parts, failure: null };
  }

  /** Whether there was room. */
  private async put(
    parts: Uint8Array<ArrayBuffer>[],
    from: number,
    buffer: SourceBuffer,
    placement: Placement,
  ): Promise<boolean> {
    const fragments = this.fragments.slice(from, from + parts.length);
    // Reads every part, so that bytes which are no fragment never reach the decoder.
    const placed = placement.place(fragments, parts);
    const bytes = await new Blob(parts).arrayBuffer();
    try {
      await change(buffer, () => buffer.appendBuffer(bytes));
    } catch (thrown) {
      if (!isQuotaExceeded(thrown) || this.keepMs <= 1000) throw thrown;
      this.keepMs /= 2;
      return false;
    }
    for (const { n, startMs, durationsMs } of placed) {
      this.pictures.add(n, startMs, durationsMs);
      this.loader.release(n);
    }
    return true;
  }

  private async evict({ from, to }: { from: number; to: number }, buffer: SourceBuffer) {
    const [first, last] = [this.groups[from], this.groups[to - 1]];
    if (!first || !last) return;
    await change(buffer, () => buffer.remove(first.startMs / 1000, last.endMs / 1000));
    this.forget(from, to);
  }

  private forget(from: number, to: number): void {
    for (const group of this.held.keys()) if (group >= from && group < to) this.held.delete(group);
    const [start = 0, end = 0] = [this.groups[from]?.from, this.groups[to - 1]?.to];
    for (const { n } of this.fragments.slice(start, end)) this.pictures.drop(n);
  }

  private get isJumping(): boolean {
    return this.video.seeking && performance.now() < this.jumpEndsMs;
  }

  private noteSeek(buffer: SourceBuffer): void {
    this.jumpEndsMs = performance.now() + JUMP_MS;
    setTimeout(() => this.wake(), JUMP_MS);
    this.reconcile(buffer);
    if (this.seeking.note(this.groups, this.held)) this.lookHere();
  }

  private stepOver(): void {
    const { seeking, readyState } = this.video;
    const standsStill = !seeking && readyState <= HTMLMediaElement.HAVE_CURRENT_DATA;
    if (standsStill) this.seeking.stepOver(this.groups, this.held);
  }

  /** What is fetched for a place that nobody looks at any more is not waited for. */
  private lookHere(): void {
    this.jumps += 1;
    const shown = groupAt(this.groups, this.seeking.positionS * 1000);
    this.loader.keepOnly(this.numbersOf(shown, shown + 2).add(0));
    this.wake();
    this.hurry();
  }

  /** A browser may drop pictures by itself when memory is short. */
  private reconcile({ buffered }: SourceBuffer): void {
    for (const [at, to] of this.held) {
      const group = this.groups[at];
      const last = this.fragments[to - 1];
      if (!group || !last) continue;
      if (!covers(buffered, group.startMs, last.startMs + last.durationMs)) this.held.delete(at);
    }
  }

  /** Fetches what a group needs next, then its rest, and once that is here the group that will follow. */
  private fetchAhead(group: number, from: number, to: number): void {
    this.loader.want(this.fragments.slice(from, to).map(({ n }) => n));
    const own = this.missing(group);
    this.loader.want(own);
    void this.loader
      .arrival(own)
      .then(() => this.isJumping || this.loader.want(this.missing(group + 1)))
      .catch(() => undefined);
  }

  private missing(group: number): number[] {
    const { from = 0, to = 0 } = this.groups[group] ?? {};
    return this.fragments.slice(this.held.get(group) ?? from, to).map(({ n }) => n);
  }

  private numbersOf(from: number, to: number): Set<number> {
    const [start = 0, end = 0] = [this.groups[from]?.from, this.groups.slice(from, to).at(-1)?.to];
    return new Set(this.fragments.slice(start, end).map(({ n }) => n));
  }

  private async recover(thrown: unknown, place: number, buffer: SourceBuffer): Promise<void> {
    if (isAbort(thrown)) return;
    if (isTampered(thrown) && place > 0) return this.endBefore(place, buffer);
    if (!passes(thrown)) throw thrown;
    await this.pause(thrown);
  }

  /** Shows nothing from the fragment at `place` on. */
  private async endBefore(place: number, buffer: SourceBuffer): Promise<void> {
    const cutMs = this.fragments[place]?.startMs ?? 0;
    this.cut = true;
    this.growing = false;
    this.loader.keepOnly(new Set());
    for (const { n } of this.fragments.slice(place)) this.pictures.drop(n);
    this.fragments = this.fragments.slice(0, place);
    this.groups = groupsOf(this.fragments);
    for (const [at, to] of this.held) {
      const end = this.groups[at]?.to;
      if (end === undefined) this.held.delete(at);
      else this.held.set(at, Math.min(to, end));
    }
    await change(buffer, () => buffer.remove(cutMs / 1000, Infinity));
    this.seeking.clamp(cutMs / 1000);
    this.options.oncut(cutMs);
  }

  private async pause(error: AppError): Promise<void> {
    this.options.ontrouble(error);
    const ms = Math.min(FIRST_RETRY_MS * 2 ** this.failures, LAST_RETRY_MS);
    this.failures += 1;
    await new Promise<void>((resolve) => {
      this.hurry = resolve;
      setTimeout(resolve, ms);
    });
  }

  private recovered(): void {
    if (this.failures > 0) this.options.ontrouble(null);
    this.failures = 0;
  }

  private rest(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }
}

const TOLERANCE_MS = 20;

/** Whether both ends are there, give or take a rounding. */
function covers(ranges: TimeRanges, startMs: number, endMs: number): boolean {
  const [start, end] = [(startMs + TOLERANCE_MS) / 1000, (endMs - TOLERANCE_MS) / 1000];
  return Array.from({ length: ranges.length }).some(
    (_, at) => ranges.start(at) <= start && end <= ranges.end(at),
  );
}
