/** When a picture is shown, in ms from the start of the clip. */
export interface Picture {
  startMs: number;
  durationMs: number;
}

const ROUNDING_MS = 1;

/** The pictures of the fragments in the buffer, so that single ones can be stepped to at any frame rate. */
export class Pictures {
  private readonly byFragment = new Map<number, Picture[]>();

  /** Notes a fragment's pictures, back to back from `startMs`. */
  add(n: number, startMs: number, durationsMs: readonly number[]): void {
    let at = startMs;
    const pictures = durationsMs.map((durationMs) => {
      const picture = { startMs: at, durationMs };
      at += durationMs;
      return picture;
    });
    this.byFragment.set(n, pictures);
  }

  drop(n: number): void {
    this.byFragment.delete(n);
  }

  /** The picture that is shown at `ms`, where it is known. */
  at(ms: number): Picture | null {
    const here = this.all().findLast(({ startMs }) => startMs <= ms + ROUNDING_MS);
    const isShown = here && ms < here.startMs + here.durationMs + ROUNDING_MS;
    return isShown ? here : null;
  }

  /** The middle of the picture before (-1) or after (1) the one at `ms`, so that rounding cannot miss it. */
  step(ms: number, direction: -1 | 1): number {
    const all = this.all();
    const shown = all.findLastIndex(({ startMs }) => startMs <= ms + ROUNDING_MS);
    const here = all[shown];
    if (!here) return ms;
    const near = all[shown + direction];
    const isNext = near && Math.abs(near.startMs - here.startMs) < 2 * span(near, here);
    const { startMs, durationMs } = isNext ? near : beyond(here, direction);
    return startMs + durationMs / 2;
  }

  private all(): Picture[] {
    return [...this.byFragment.values()].flat().sort((a, b) => a.startMs - b.startMs);
  }
}

function span(a: Picture, b: Picture): number {
  return Math.max(a.durationMs, b.durationMs);
}

/** Where a picture would be that is not in the buffer. */
function beyond({ startMs, durationMs }: Picture, direction: -1 | 1): Picture {
  return { startMs: startMs + direction * durationMs, durationMs };
}
