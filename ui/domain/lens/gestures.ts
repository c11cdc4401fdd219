import { pixelAt, type Ray } from "./model";
import type { Sight, Spot } from "./sight.svelte";

/** A pointer that moved less, in CSS pixels, did not mean to drag. */
const STILL_PX = 6;

/** Of a wheel's pixel; a pinch on a trackpad comes as smaller steps of a wheel with Ctrl. */
const WHEEL = 0.0015;
const TRACKPAD = 0.01;

/** In pixels, by `WheelEvent.deltaMode`. */
const WHEEL_UNIT = [1, 16, 400] as const;

interface Point {
  x: number;
  y: number;
}

/** What fingers hold: where they are, and what of the world is under their middle. */
interface Grip {
  middle: Point;
  world: Ray;
  /** From the middle to each, on average; nought for one finger. */
  spread: number;
  zoom: number;
}

/** Fingers, mouse and wheel on a view: one drags it, two pinch it. */
export class Gestures {
  /** Whether the pointers that are down have moved; a click after that is the end of a drag. */
  dragged = false;

  private readonly down = new Map<number, Point>();
  private grip: Grip | null = null;

  /** Listens until the signal. */
  constructor(
    private readonly sight: Sight,
    private readonly surface: HTMLElement,
    signal: AbortSignal,
  ) {
    const on = <T extends keyof HTMLElementEventMap>(
      type: T,
      then: (event: HTMLElementEventMap[T]) => void,
    ) => surface.addEventListener(type, then, { signal, passive: false });
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.release(event));
    on("pointercancel", (event) => this.release(event));
    on("wheel", (event) => this.wheel(event));
    on("dblclick", (event) => this.look(event));
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    if (this.down.size === 0) this.dragged = false;
    if (!this.sight.straightened) return;
    this.down.set(event.pointerId, point(event));
    this.surface.setPointerCapture(event.pointerId);
    this.take();
  }

  private move(event: PointerEvent): void {
    if (!this.grip || !this.down.has(event.pointerId)) return;
    this.down.set(event.pointerId, point(event));
    const middle = this.middle();
    const still = this.down.size === 1 && distance(middle, this.grip.middle) < STILL_PX;
    if (still && !this.dragged) return;
    this.dragged = true;
    const { spread, world, zoom } = this.grip;
    const closer = spread > 0 ? this.spread(middle) / spread : 1;
    this.sight.hold(world, this.spot(middle), zoom * closer);
  }

  private release(event: PointerEvent): void {
    if (this.down.delete(event.pointerId)) this.take();
  }

  private wheel(event: WheelEvent): void {
    if (!this.sight.straightened) return;
    event.preventDefault();
    const unit = WHEEL_UNIT[event.deltaMode] ?? 1;
    const closer = Math.exp(-event.deltaY * unit * (event.ctrlKey ? TRACKPAD : WHEEL));
    this.sight.zoomBy(closer, this.spot(point(event)));
  }

  private look(event: MouseEvent): void {
    if (!this.sight.able || this.dragged) return;
    const spot = this.spot(point(event));
    const { clientWidth: width, clientHeight: height } = this.surface;
    if (this.sight.straightened) this.sight.lookAt(spot);
    else this.sight.lookAtPixel(pixelAt(this.sight.lens, spot, width / height));
  }

  /** Where in the view a place of the window is. */
  private spot({ x, y }: Point): Spot {
    const { left, top, width, height } = this.surface.getBoundingClientRect();
    return [(2 * (x - left)) / width - 1, (2 * (y - top)) / height - 1];
  }

  private take(): void {
    this.grip = null;
    if (this.down.size === 0) return;
    const middle = this.middle();
    const world = this.sight.worldAt(this.spot(middle));
    this.grip = { middle, world, spread: this.spread(middle), zoom: this.sight.view.zoom };
  }

  private middle(): Point {
    const points = [...this.down.values()];
    const mean = (of: (at: Point) => number) =>
      points.reduce((sum, at) => sum + of(at), 0) / points.length;
    return { x: mean(({ x }) => x), y: mean(({ y }) => y) };
  }

  private spread(middle: Point): number {
    const points = [...this.down.values()];
    return points.reduce((sum, at) => sum + distance(at, middle), 0) / points.length;
  }
}

function point({ clientX, clientY }: MouseEvent): Point {
  return { x: clientX, y: clientY };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
