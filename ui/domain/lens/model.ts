import type { Lens } from "../bindings";

/** A direction; in a lens's own frame: x to the right of its picture, y down, z along the optical axis. */
export type Ray = readonly [x: number, y: number, z: number];

/** A place in a picture of the size that the lens was calibrated with; the first pixel's centre is (0, 0). */
export interface Pixel {
  x: number;
  y: number;
}

export const RADIANS = Math.PI / 180;

/**
 * Where a lens puts what lies along `ray`, by OpenCV's fisheye model (`cv::fisheye`).
 * Its angle comes from `atan2`, so that it holds beyond 90 degrees too, where OpenCV's own `x / z` does not.
 */
export function project(lens: Lens, [x, y, z]: Ray): Pixel {
  const r = Math.hypot(x, y);
  // Along the axis any direction does, as the distance from the centre is nought.
  const reach = r === 0 ? 0 : distort(lens, Math.atan2(r, z)) / r;
  return { x: lens.fx * x * reach + lens.cx, y: lens.fy * y * reach + lens.cy };
}

/** The direction of what a lens shows at a pixel, of length 1; null where it shows nothing. */
export function unproject(lens: Lens, { x, y }: Pixel): Ray | null {
  const [a, b] = [(x - lens.cx) / lens.fx, (y - lens.cy) / lens.fy];
  const distorted = Math.hypot(a, b);
  if (distorted === 0) return [0, 0, 1];
  const theta = undistort(lens, distorted);
  if (theta === null) return null;
  const reach = Math.sin(theta) / distorted;
  return [a * reach, b * reach, Math.cos(theta)];
}

/** Whether a direction lies within the lens's circle and within its picture. */
export function sees(lens: Lens, ray: Ray): boolean {
  const [x, y, z] = ray;
  if (Math.atan2(Math.hypot(x, y), z) > lens.maxThetaDeg * RADIANS) return false;
  const pixel = project(lens, ray);
  return isWithin(pixel.x, lens.width) && isWithin(pixel.y, lens.height);
}

/** A pixel reaches half its size to either side of its centre. */
function isWithin(at: number, size: number): boolean {
  return at >= -0.5 && at <= size - 0.5;
}

/**
 * The pixel at a spot (from -1 to 1, to the right and down) of a box of shape `aspect` that holds the whole picture,
 * as large as fits.
 */
export function pixelAt(lens: Lens, [x, y]: readonly [number, number], aspect: number): Pixel {
  const wider = aspect / (lens.width / lens.height);
  return {
    x: ((1 + x * Math.max(1, wider)) * lens.width - 1) / 2,
    y: ((1 + y * Math.max(1, 1 / wider)) * lens.height - 1) / 2,
  };
}

function distort({ k }: Lens, theta: number): number {
  const t = theta * theta;
  return theta * (1 + t * (k[0] + t * (k[1] + t * (k[2] + t * k[3]))));
}

/** A calibration's polynomial rises up to the lens's limit, so halving finds its one solution. */
function undistort(lens: Lens, distorted: number): number | null {
  let [low, high] = [0, lens.maxThetaDeg * RADIANS];
  if (distort(lens, high) < distorted) return null;
  for (let step = 0; step < 52; step += 1) {
    const middle = (low + high) / 2;
    if (distort(lens, middle) < distorted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
