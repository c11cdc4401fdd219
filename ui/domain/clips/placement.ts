import type { TimelineFragment } from "../bindings";
import { timescaleOf, timingOf } from "./mp4";

/** A jump of the camera's clock this large starts a new run of timestamps. */
const DISCONTINUITY_S = 0.25;

export interface Placed {
  n: number;
  startMs: number;
  durationsMs: number[];
}

/**
 * The camera stamps fragments with its own running time. Moves them to where the timeline says the clip is, once per
 * run of timestamps, so that rounding to milliseconds never opens a gap between two groups.
 */
export class Placement {
  private readonly timescale: number;
  private placed = false;

  constructor(
    private readonly buffer: SourceBuffer,
    init: Uint8Array,
  ) {
    this.timescale = timescaleOf(init);
  }

  /** Prepares the buffer for a run of fragments; throws where bytes are none. */
  place(fragments: readonly TimelineFragment[], parts: readonly Uint8Array[]): Placed[] {
    const timings = parts.map(timingOf);
    const [fragment, timing] = [fragments[0], timings[0]];
    if (!fragment || !timing) return [];
    const offset = fragment.startMs / 1000 - timing.decodeTime / this.timescale;
    if (!this.placed || Math.abs(offset - this.buffer.timestampOffset) > DISCONTINUITY_S) {
      this.buffer.timestampOffset = offset;
    }
    this.placed = true;
    const shift = this.buffer.timestampOffset;
    return timings.flatMap(({ decodeTime, durations }, at) => {
      const { n, durationMs } = fragments[at] ?? fragment;
      const startMs = (decodeTime / this.timescale + shift) * 1000;
      return { n, startMs, durationsMs: this.durationsMs(durations, durationMs) };
    });
  }

  /** Where the fragment does not say how long its pictures are, they share its time. */
  private durationsMs(durations: number[], wholeMs: number): number[] {
    const known = durations.every((ticks) => ticks > 0);
    return durations.map((ticks) =>
      known ? (1000 * ticks) / this.timescale : wholeMs / durations.length,
    );
  }
}
