import { prefersReducedMotion, Tween } from "svelte/motion";
import { cubicOut } from "svelte/easing";
import type { Lens } from "../bindings";
import { fit } from "./limits";
import { recall, remember } from "./memory";
import { type Pixel, type Ray, unproject } from "./model";
import { type Preset, preset } from "./presets";
import { aim, extent, heading, lensToWorld, turn, type View, viewToWorld, wrapDeg } from "./view";

/** As long as `--medium`. */
const GLIDE_MS = 220;

/** A place in the view: from -1 to 1, to the right and down. */
export type Spot = readonly [x: number, y: number];

/**
 * How somebody looks at a wide-angle picture. It starts straightened, at the door: whoever opens a film wants to see who
 * came, and nobody reads a fisheye picture at a glance. The whole picture, which hides nothing, is one tap away.
 */
export class Sight {
  /** The picture as the camera made it. */
  whole = $state(false);
  /** The preset that is shown; none once somebody looked elsewhere. */
  chosen = $state<Preset | null>("door");
  /** Whether this window can straighten the picture. */
  able = $state(true);

  private aspect: number;
  private readonly glide: Tween<View>;

  constructor(
    readonly lens: Lens,
    private readonly doorId: string,
  ) {
    const looked = recall(doorId);
    this.aspect = lens.width / lens.height;
    this.whole = looked?.whole ?? false;
    this.chosen = looked ? looked.chosen : "door";
    const view = looked?.view ?? preset(lens, "door");
    this.glide = new Tween(this.fit(view), { easing: cubicOut, duration: 0 });
  }

  /** What is shown now, on the way to where it was asked to go. */
  get view(): View {
    return this.glide.current;
  }

  /** Whether a view is shown rather than the whole picture. */
  get straightened(): boolean {
    return this.able && !this.whole;
  }

  /** The shape of the place that the view is shown in, width by height. */
  setAspect(aspect: number): void {
    if (aspect === this.aspect) return;
    this.aspect = aspect;
    const wanted = this.chosen ? preset(this.lens, this.chosen) : this.glide.target;
    void this.glide.set(this.fit(wanted), { duration: 0 });
  }

  show(name: Preset): void {
    this.whole = false;
    this.go(preset(this.lens, name), name, true);
  }

  toggleWhole(): void {
    this.whole = !this.whole;
    this.remember();
  }

  /** Turns by so much of what is in view. */
  step(right: number, up: number): void {
    const { panDeg, tiltDeg, zoom } = this.glide.target;
    this.go({ panDeg: panDeg + (45 * right) / zoom, tiltDeg: tiltDeg + (45 * up) / zoom, zoom });
  }

  /** Comes closer by `factor` while what is at a spot stays there. */
  zoomBy(factor: number, spot: Spot = [0, 0]): void {
    this.hold(this.worldAt(spot), spot, this.glide.target.zoom * factor);
  }

  /** The direction, in the world, of what is shown at a spot. */
  worldAt(spot: Spot): Ray {
    return turn(viewToWorld(this.view), this.inView(spot, this.view.zoom));
  }

  /** Turns until a direction of the world is at a spot, as near as the picture allows. */
  hold(world: Ray, spot: Spot, zoom: number): void {
    const { zoom: fitting } = this.fit({ ...this.view, zoom });
    const turned = aim(world, this.inView(spot, fitting), this.view);
    this.go({ ...turned, zoom: fitting });
  }

  /** Turns to what is at a spot, and comes closer. */
  lookAt(spot: Spot): void {
    this.goTo(this.worldAt(spot), 1.6 * this.glide.target.zoom);
  }

  /** Turns to what the whole picture shows at a pixel of the lens, if it shows something there. */
  lookAtPixel(pixel: Pixel): void {
    const ray = unproject(this.lens, pixel);
    if (!ray) return;
    this.whole = false;
    this.goTo(turn(lensToWorld(this.lens), ray), this.glide.target.zoom);
  }

  private goTo(world: Ray, zoom: number): void {
    this.go({ ...heading(world, this.view.panDeg), zoom }, null, true);
  }

  private go(wanted: View, chosen: Preset | null = null, gently = false): void {
    const { current } = this.glide;
    // What is dragged slides along the picture's edge; a jump goes as near to its aim as can be.
    const view = gently ? this.fit(wanted) : this.fit(wanted, current);
    this.chosen = chosen;
    const duration = gently && !prefersReducedMotion.current ? GLIDE_MS : 0;
    // The short way round.
    const panDeg = current.panDeg + wrapDeg(view.panDeg - current.panDeg);
    void this.glide.set({ ...view, panDeg }, { duration });
    this.remember();
  }

  private fit(wanted: View, from?: View): View {
    return fit(this.lens, this.aspect, wanted, from);
  }

  private inView([right, down]: Spot, zoom: number): Ray {
    const { x, y } = extent(zoom, this.aspect);
    return [x * right, y * down, 1];
  }

  private remember(): void {
    const { panDeg, ...rest } = this.glide.target;
    const view = { panDeg: wrapDeg(panDeg), ...rest };
    remember(this.doorId, { whole: this.whole, chosen: this.chosen, view });
  }
}
