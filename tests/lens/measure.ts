import type { Mark, Setting } from "./truth.ts";

/** Where a picture of the view lies in a screenshot, in the screenshot's pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Fewer marks in view would say little. */
export const LEAST_MARKS = 4;

/** The mean error that a view may have. */
export const MOST_MEAN_PX = 1;

export interface Measured {
  setting: Pick<Setting, "panDeg" | "tiltDeg" | "zoom">;
  marks: number;
  meanPx: number;
  greatestPx: number;
}

interface Place {
  x: number;
  y: number;
  reach: number;
}

/** Runs in the page: the middle of the mark at each place of a PNG; null where there is none. */
export type FindLight = (png: string, places: Place[]) => Promise<({ x: number; y: number } | null)[]>;

/** How far the marks in a screenshot lie from where an ideal camera shows them, in its pixels. */
export async function measure(
  setting: Setting,
  box: Box,
  findLight: (places: Place[]) => ReturnType<FindLight>,
): Promise<Measured> {
  const places = setting.marks.map((mark) => placeOf(mark, box)).filter((place) => isIn(place, box));
  const found = await findLight(places);
  const errors = places.map(({ x, y }, at) => {
    const middle = found[at];
    if (!middle) throw new Error(`There is no mark near ${x}, ${y}.`);
    return Math.hypot(middle.x - x, middle.y - y);
  });
  const { marks: _, ...view } = setting;
  return {
    setting: view,
    marks: errors.length,
    meanPx: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    greatestPx: Math.max(...errors),
  };
}

export function line({ setting, marks, meanPx, greatestPx }: Measured): string {
  const { panDeg, tiltDeg, zoom } = setting;
  const error = `mean ${meanPx.toFixed(3)} px, greatest ${greatestPx.toFixed(3)} px`;
  return `pan ${panDeg}, tilt ${tiltDeg}, zoom ${zoom}: ${marks} marks, ${error}`;
}

function placeOf({ x, y, reach }: Mark, { left, top, width, height }: Box): Place {
  const half = Math.max(width, height) / 2;
  return { x: left + width / 2 + x * half, y: top + height / 2 + y * half, reach: reach * half };
}

function isIn({ x, y, reach }: Place, { left, top, width, height }: Box): boolean {
  const isInside = (at: number, from: number, size: number) =>
    at - reach > from && at + reach < from + size;
  return isInside(x, left, width) && isInside(y, top, height);
}

/** Given to the page as it is, so it uses nothing from around it. */
export const findLight: FindLight = async (png, places) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("There is no canvas.");
  context.drawImage(image, 0, 0);
  return places.map(({ x, y, reach }) => {
    // The ring is black; its outer fifth is left out, as the room's light begins there.
    const radius = reach * 0.8;
    const [left, top] = [Math.floor(x - radius), Math.floor(y - radius)];
    const size = Math.ceil(2 * radius) + 2;
    const { data } = context.getImageData(left, top, size, size);
    const sum = { light: 0, x: 0, y: 0, ring: 0 };
    for (let at = 0; at < size * size; at += 1) {
      const pixel = { x: left + (at % size) + 0.5, y: top + Math.floor(at / size) + 0.5 };
      const away = Math.hypot(pixel.x - x, pixel.y - y);
      if (away > radius) continue;
      const light = Math.max(0, (data[4 * at + 1] ?? 0) - 48);
      sum.light += light;
      sum.x += light * pixel.x;
      sum.y += light * pixel.y;
      if (away > 0.75 * radius) sum.ring += light;
    }
    // Light all over is no mark, and its middle would be wherever it is looked for.
    const isMark = sum.light > 255 && sum.ring < 0.05 * sum.light;
    return isMark ? { x: sum.x / sum.light, y: sum.y / sum.light } : null;
  });
};
