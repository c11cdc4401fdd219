import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A mark as an ideal camera shows it; 1 is half of its picture's longer side. */
export interface Mark {
  x: number;
  y: number;
  /** To the end of its black ring. */
  reach: number;
}

export interface Setting {
  panDeg: number;
  tiltDeg: number;
  zoom: number;
  marks: Mark[];
}

/** As OpenCV describes a fisheye lens. */
export interface Lens {
  width: number;
  height: number;
  fx: number;
  fy: number;
  cx: number;
  cy: number;
  k: number[];
  mount: "wall" | "ceiling";
  tiltDeg: number;
  maxThetaDeg: number;
}

export interface Truth {
  width: number;
  height: number;
  entryMs: number;
  /** From here on the film shows its marks. */
  marksMs: number;
  durationMs: number;
  lens: Lens;
  settings: Setting[];
}

const at = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export const movie = at("lobby.mp4");

export const truth = JSON.parse(readFileSync(at("truth.json"), "utf8")) as Truth;
