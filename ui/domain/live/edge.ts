/** What brings a picture back to the live edge, or keeps it there. */
export interface Step {
  rate: number;
  /** Where to jump; `null` to play on. */
  jumpToS: number | null;
}

/** Fragments come every 100 ms: what is closer than this is as live as it gets. */
const NEAR_S = 0.25;
/** Further behind than a group of pictures and a little, catching up would take too long. */
const FAR_S = 1.2;
/** How far before the edge a jump lands: playback must not run dry at once. */
const MARGIN_S = 0.12;
/** Catches up by a second in ten, which nobody sees. */
const HURRY = 1.1;

/** Says how to play on from `positionS` while pictures reach up to `edgeS` and begin at `startS`. */
export function stepTowards(positionS: number, startS: number, edgeS: number): Step {
  const behindS = edgeS - positionS;
  const outside = positionS < startS || behindS < 0;
  if (outside || behindS > FAR_S) {
    return { rate: 1, jumpToS: Math.max(startS, edgeS - MARGIN_S) };
  }
  return { rate: behindS > NEAR_S ? HURRY : 1, jumpToS: null };
}
