import type { Lens } from "../bindings";
import { followPictures } from "./frames";
import { Renderer } from "./renderer";
import type { View } from "./view";

/** Sharper than this nobody sees in a moving picture, and each step up costs twice the work. */
const MOST_PIXEL_RATIO = 2;

/**
 * Keeps a canvas showing a view of a video: draws when either changed, and then only the newest. While the machine is
 * busy with one picture, those that come meanwhile are dropped.
 */
export class Dewarp {
  private readonly stop = new AbortController();
  private renderer: Renderer | null = null;
  private view: View | null = null;
  private pictureIsNew = true;
  private repaint = 0;

  /** `onable` hears whether views can be drawn: at the start, and when that changes. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly video: HTMLVideoElement,
    private readonly lens: Lens,
    private readonly onable: (able: boolean) => void,
  ) {
    const { signal } = this.stop;
    const on = (type: string, then: (event: Event) => void) =>
      canvas.addEventListener(type, then, { signal });
    // Only a loss that is not left to its default is made good.
    on("webglcontextlost", (event) => {
      event.preventDefault();
      this.renderer = null;
      onable(false);
    });
    on("webglcontextrestored", () => this.begin());
    followPictures(video, () => this.takePicture(), signal);
    this.begin();
  }

  /** What to draw from now on; nothing is drawn for null. */
  show(view: View | null): void {
    this.view = view;
    this.schedule();
  }

  /** In CSS pixels. */
  resize(width: number, height: number): void {
    const ratio = Math.min(devicePixelRatio, MOST_PIXEL_RATIO);
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    // A canvas of another size is empty; one painted later would flicker.
    if (this.view && !this.renderer?.busy) this.paint(this.view);
    else this.schedule();
  }

  dispose(): void {
    this.stop.abort();
    cancelAnimationFrame(this.repaint);
    this.renderer?.dispose();
  }

  private begin(): void {
    this.renderer = Renderer.on(this.canvas, this.lens);
    this.onable(this.renderer !== null);
    this.takePicture();
  }

  private takePicture(): void {
    this.pictureIsNew = true;
    this.schedule();
  }

  private schedule(): void {
    if (this.repaint || !this.view || !this.renderer) return;
    this.repaint = requestAnimationFrame(() => {
      this.repaint = 0;
      if (!this.view || !this.renderer) return;
      if (this.renderer.busy) this.schedule();
      else this.paint(this.view);
    });
  }

  private paint(view: View): void {
    if (!this.renderer || this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    if (this.pictureIsNew) this.renderer.upload(this.video);
    this.pictureIsNew = false;
    this.renderer.draw(view);
  }
}
