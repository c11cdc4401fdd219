/**
 * What runs inside the page. Each function is sent there as source, so it uses nothing from outside itself.
 *
 * Times are unix milliseconds. A picture's time of presentation is the browser's own (`requestVideoFrameCallback`);
 * reading the time code off the picture comes after that and does not count.
 */

export interface Sight {
  /** From the change of the page to the first picture. */
  firstFrameMs: number;
  /** From a picture's making to its presentation, picture by picture. */
  delaysMs: number[];
}

/** Opens a page, waits for its video's first picture, and reads the time off as many pictures as `count`. */
export async function look({ hash, count }: { hash: string; count: number }): Promise<Sight> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [44, 1];
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) throw new Error("no canvas");

  const shownAt = (now: number, { expectedDisplayTime }: VideoFrameCallbackMetadata) =>
    performance.timeOrigin + Math.max(now, expectedDisplayTime);

  const madeAt = (video: HTMLVideoElement): number | null => {
    // The 44 squares at the bottom of the picture, each shrunk to a pixel.
    pen.drawImage(video, 0, video.videoHeight - 24, 44 * 24, 24, 0, 0, 44, 1);
    const { data } = pen.getImageData(0, 0, 44, 1);
    const bits = Array.from<unknown, number>({ length: 44 }, (_, i) => ((data[i * 4] ?? 0) > 127 ? 1 : 0));
    if (bits.slice(0, 4).join("") !== "0101") return null;
    const low = bits.slice(4).reduce((value, bit) => value * 2 + bit, 0);
    const era = 2 ** 40;
    return Math.floor(Date.now() / era) * era + low;
  };

  const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
  const started = performance.timeOrigin + performance.now();
  location.hash = hash;
  let video: HTMLVideoElement | null = null;
  const ofPage = '[data-testid="clip-video"], [data-testid="live-video"]';
  while (!(video = document.querySelector<HTMLVideoElement>(ofPage))) await sleep(5);
  const seen = video;
  return await new Promise<Sight>((done, failed) => {
    const sight: Sight = { firstFrameMs: Number.NaN, delaysMs: [] };
    const patience = setTimeout(
      () => failed(new Error(`only ${sight.delaysMs.length} of ${count} pictures came to ${hash}`)),
      30_000 + count * 200,
    );
    const onFrame = (now: number, metadata: VideoFrameCallbackMetadata) => {
      const shown = shownAt(now, metadata);
      if (Number.isNaN(sight.firstFrameMs)) sight.firstFrameMs = shown - started;
      const made = count > 0 ? madeAt(seen) : null;
      if (made !== null) sight.delaysMs.push(shown - made);
      if (sight.delaysMs.length >= count) {
        clearTimeout(patience);
        done(sight);
      } else seen.requestVideoFrameCallback(onFrame);
    };
    seen.requestVideoFrameCallback(onFrame);
  });
}

/**
 * Jumps to places all over the clip on screen; how long each takes until its picture is presented. Where a browser
 * forgets to tell of the picture, as Chromium does of two in one moment, it is the second animation frame after the
 * seek is over.
 */
export async function seek({ jumps }: { jumps: number }): Promise<number[]> {
  const video = document.querySelector<HTMLVideoElement>('[data-testid="clip-video"]');
  if (!video) throw new Error("no clip is on screen");
  video.pause();
  const took: number[] = [];
  for (let jump = 0; jump < jumps; jump += 1) {
    // The golden ratio spreads them evenly, far from each other and never in the same order.
    const place = ((jump * 0.618_034 + 0.1) % 1) * (video.duration - 0.5);
    took.push(
      await new Promise<number>((done, failed) => {
        const patience = setTimeout(() => failed(new Error(`no picture came at ${place} s`)), 20_000);
        const started = performance.now();
        const over = new AbortController();
        let painted: number | undefined;
        const finish = (now: number) => {
          clearTimeout(patience);
          over.abort();
          done(now - started);
        };
        const onSeeked = () =>
          requestAnimationFrame(() =>
            requestAnimationFrame((now) => {
              if (video.seeking || Math.abs(video.currentTime - place) > 0.01) return;
              painted ??= now;
              setTimeout(() => over.signal.aborted || finish(painted ?? now), 500);
            }),
          );
        video.addEventListener("seeked", onSeeked, { signal: over.signal });
        const onFrame = (now: number, metadata: VideoFrameCallbackMetadata) => {
          if (over.signal.aborted) return;
          if (Math.abs(metadata.mediaTime - place) > 0.2) {
            video.requestVideoFrameCallback(onFrame);
            return;
          }
          finish(Math.max(now, metadata.expectedDisplayTime));
        };
        video.requestVideoFrameCallback(onFrame);
        video.currentTime = place;
      }),
    );
  }
  return took;
}

/** Leaves the page with the video. */
export function leave(): void {
  location.hash = "#/doors";
}
