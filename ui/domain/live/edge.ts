/** What brings a picture back to the live edge, or keeps it there. */
export interface Step {
  rate: number;
  /** Where to jump; `null` to play on. */
  jumpToS: number | null;
}

/** Fragments come every 100 ms: what is closer than this is as live as it gets. */
const NEAR_S = 0.2;
/** Further behind, catching up would take too long. */
const FAR_S = 0.7;
/** How far before the edge a jump lands: playback must not run dry at once. */
const MARGIN_S = 0.12;
/** Catches up by a second in ten, which nobody sees. */
const HURRY = 1.1;

/**
 * Says how to play on from `positionS` while pictures reach up to `edgeS` and begin at `startS`. Who is just
 * `arriving` is given the whole newest group of pictures, and has seen little of it that a jump would tear.
 */
export function stepTowards(
  positionS: number,
  startS: number,
  edgeS: number,
  arriving = false,
): Step {
  const behindS = edgeS - positionS;
  const outside = positionS < startS || behindS < 0;
  if (outside || behindS > (arriving ? NEAR_S : FAR_S)) {
    return { rate: 1, jumpToS: Math.max(startS, edgeS - MARGIN_S) };
  }
  return { rate: behindS > NEAR_S ? HURRY : 1, jumpToS: null };
}
