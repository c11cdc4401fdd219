import { change, mediaSourceFor, openSource } from "./media-source";
import { timescaleOf, timingOf } from "./mp4";

/** Longer than any decoder needs for one picture. */
const PATIENCE_MS = 3000;

/** A picture of a clip, no wider than `WIDTH_PX`. */
export type Picture = HTMLCanvasElement;

/** Enough for a bubble of half as many CSS pixels on a dense screen. */
const WIDTH_PX = 384;

/** Decodes single keyframes on a video element of its own, which nobody sees. */
export class KeyframeDecoder {
  private constructor(
    private readonly video: HTMLVideoElement,
    private readonly source: MediaSource,
    private readonly buffer: SourceBuffer,
    private readonly timescale: number,
  ) {}

  /** `null` where this window cannot decode the codec. */
  static async open(codec: string, init: Uint8Array<ArrayBuffer>): Promise<KeyframeDecoder | null> {
    const mimeType = `video/mp4; codecs="${codec}"`;
    const Kind = mediaSourceFor(mimeType);
    if (!Kind) return null;
    const video = document.createElement("video");
    video.muted = true;
    video.preload = "auto";
    const source = await openSource(Kind, video);
    const buffer = source.addSourceBuffer(mimeType);
    await change(buffer, () => buffer.appendBuffer(init));
    return new KeyframeDecoder(video, source, buffer, timescaleOf(init));
  }

  /** The first picture of a fragment that starts with a keyframe. One at a time. */
  async decode(fragment: Uint8Array<ArrayBuffer>): Promise<Picture> {
    const { buffer, video } = this;
    if (buffer.buffered.length > 0) await change(buffer, () => buffer.remove(0, Infinity));
    buffer.timestampOffset = -timingOf(fragment).decodeTime / this.timescale;
    await change(buffer, () => buffer.appendBuffer(fragment));
    // Otherwise a decoder waits for more before it shows the first.
    this.source.endOfStream();
    const shown = arrival(video);
    video.currentTime = 0;
    await shown;
    return this.draw();
  }

  close(): void {
    this.video.removeAttribute("src");
    this.video.load();
  }

  private draw(): Picture {
    const { videoWidth, videoHeight } = this.video;
    const canvas = document.createElement("canvas");
    canvas.width = Math.min(WIDTH_PX, videoWidth);
    canvas.height = Math.round((canvas.width * videoHeight) / videoWidth);
    canvas.getContext("2d")?.drawImage(this.video, 0, 0, canvas.width, canvas.height);
    return canvas;
  }
}

/** A picture that a window forgets to tell of is there by then. */
const FORGOTTEN_MS = 250;

/**
 * Waits until the video shows what it was sent to. `seeked` may come before the picture does, so the picture itself is
 * waited for where the window tells of it.
 */
function arrival(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const { signal } = over;
    const settle = (done: () => void) => {
      over.abort();
      done();
    };
    const patience = setTimeout(
      () => settle(() => reject(new Error("No picture came."))),
      PATIENCE_MS,
    );
    signal.addEventListener("abort", () => clearTimeout(patience));
    const tells = "requestVideoFrameCallback" in video;
    if (tells) {
      const asked = video.requestVideoFrameCallback(() => settle(resolve));
      signal.addEventListener("abort", () => video.cancelVideoFrameCallback(asked));
    }
    const seeked = () => setTimeout(() => settle(resolve), tells ? FORGOTTEN_MS : 0);
    video.addEventListener("seeked", seeked, { once: true, signal });
  });
}
