/** What brings a picture back to the live edge, or keeps it there. */
export interface Step {
  rate: number;
  /** Where to jump; `null` to play on. */
  jumpToS: number | null;
}

/** What of the picture is there, in seconds of the video. */
export interface Buffered {
  startS: number;
  edgeS: number;
  /** How long the newest part is: the next is there only after as long again. */
  partS: number;
}

/** Doors send a part every 100 ms: what is closer than this is as live as it gets. */
const NEAR_S = 0.2;
/** Further behind, catching up would take too long. */
const FAR_S = 0.7;
/** How far before the edge a jump lands: playback must not run dry at once. */
const MARGIN_S = 0.12;
/** Parts are not quite evenly late. */
const LATE_S = 0.1;
/** Catches up by a second in ten, which nobody sees. */
const HURRY = 1.1;

/**
 * Says how to play on from `positionS`. Who is just `arriving` is given the whole newest group of pictures, and has
 * seen little of it that a jump would tear. A camera of few pictures a second is kept up with by its own pace.
 */
export function stepTowards(
  positionS: number,
  { startS, edgeS, partS }: Buffered,
  arriving = false,
): Step {
  const nearS = Math.max(NEAR_S, partS + LATE_S);
  const farS = Math.max(FAR_S, 2 * nearS);
  const behindS = edgeS - positionS;
  const outside = positionS < startS || behindS < 0;
  if (outside || behindS > (arriving ? nearS : farS)) {
    return { rate: 1, jumpToS: Math.max(startS, edgeS - Math.max(MARGIN_S, partS)) };
  }
  return { rate: behindS > nearS ? HURRY : 1, jumpToS: null };
}
