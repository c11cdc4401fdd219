import { type Group, groupAt } from "./planner";

/** Two positions nearer than this are one; a browser may round what it is given. */
const SAME_S = 0.001;

/** A camera that was away leaves a longer one between two groups than rounding does. */
const GAP_MS = 50;

/** A browser stands still before the very end of what it holds. */
const NEAR_MS = 250;

/**
 * Seeks to what may not be there yet: shows the keyframe before the wanted moment as soon as that has come, and the
 * moment itself after. A browser also takes a seek to just before what it holds as a seek to its beginning, and would
 * stay there; going to the moment once more mends that.
 */
export class Seek {
  /** The wanted moment, until it is there. */
  targetS: number | null = null;

  private sentToS: number | null = null;
  private nearby = false;

  constructor(private readonly video: Pick<HTMLVideoElement, "currentTime">) {}

  get positionS(): number {
    return this.targetS ?? this.video.currentTime;
  }

  to(atS: number, groups: readonly Group[], held: ReadonlyMap<number, number>): void {
    this.want(atS, groups, held);
    this.send(atS);
  }

  /** Notes that the video was sent somewhere; whether it was by somebody else, as a picture-in-picture window. */
  note(groups: readonly Group[], held: ReadonlyMap<number, number>): boolean {
    const atS = this.video.currentTime;
    if (this.sentToS !== null && Math.abs(atS - this.sentToS) < SAME_S) return false;
    this.want(atS, groups, held);
    return true;
  }

  /** Goes as near to the target as what is there allows. */
  approach(groups: readonly Group[], held: ReadonlyMap<number, number>): void {
    if (this.targetS === null) return;
    const at = groupAt(groups, this.targetS * 1000);
    const group = groups[at];
    if (!group || !held.has(at)) return;
    if (isWhole(groups, held, at)) {
      this.send(this.targetS);
      this.targetS = null;
    } else if (!this.nearby) {
      this.nearby = true;
      this.send(group.startMs / 1000);
    }
  }

  /** A film that stands still before a time in which the camera was away goes on after it. */
  stepOver(groups: readonly Group[], held: ReadonlyMap<number, number>): void {
    const atMs = this.video.currentTime * 1000;
    const at = groupAt(groups, atMs);
    const [group, next] = [groups[at], groups[at + 1]];
    if (!group || !next || !held.has(at + 1)) return;
    const isAway = next.startMs - group.endMs > GAP_MS;
    if (isAway && atMs > group.endMs - NEAR_MS) this.send(next.startMs / 1000);
  }

  /** Stays before an end that has moved. */
  clamp(endS: number): void {
    if (this.positionS > endS) this.send(endS);
    if (this.targetS !== null && this.targetS > endS) this.targetS = null;
  }

  private want(atS: number, groups: readonly Group[], held: ReadonlyMap<number, number>): void {
    this.nearby = false;
    this.targetS = isWhole(groups, held, groupAt(groups, atS * 1000)) ? null : atS;
  }

  private send(atS: number): void {
    this.sentToS = atS;
    this.video.currentTime = atS;
  }
}

function isWhole(groups: readonly Group[], held: ReadonlyMap<number, number>, at: number): boolean {
  const to = groups[at]?.to;
  return to !== undefined && held.get(at) === to;
}
