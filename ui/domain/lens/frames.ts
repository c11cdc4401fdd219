/**
 * When a picture is there to be taken. Frames may be told of while the video still seeks and has nothing to give; then it
 * is these that say so when it has.
 */
const SETTLED = ["loadeddata", "seeked", "canplay"] as const;

/**
 * Calls `changed` whenever the video shows another picture, until the signal: exactly so where the video tells it,
 * before each repaint while it plays elsewhere.
 */
export function followPictures(
  video: HTMLVideoElement,
  changed: () => void,
  signal: AbortSignal,
): void {
  for (const type of SETTLED) video.addEventListener(type, changed, { signal });
  if ("requestVideoFrameCallback" in video) followFrames(video, changed, signal);
  else followRepaints(video, changed, signal);
}

function followFrames(video: HTMLVideoElement, changed: () => void, signal: AbortSignal): void {
  let asked = 0;
  const ask = () => {
    asked = video.requestVideoFrameCallback(() => {
      changed();
      ask();
    });
  };
  ask();
  signal.addEventListener("abort", () => video.cancelVideoFrameCallback(asked));
}

function followRepaints(video: HTMLVideoElement, changed: () => void, signal: AbortSignal): void {
  let asked = 0;
  const repaint = () => {
    // A video that stood still plays on while the last repaint is still to come.
    cancelAnimationFrame(asked);
    if (signal.aborted || video.paused) return;
    changed();
    asked = requestAnimationFrame(repaint);
  };
  video.addEventListener("playing", repaint, { signal });
  if (!video.paused) repaint();
}
