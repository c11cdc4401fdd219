import { mkdir, readFile } from "node:fs/promises";
import { movie, truth } from "../../lens/truth.ts";
import { layOut } from "./lay-out.ts";
import { split } from "./split.ts";

/** Lays the film of the known fisheye lens out as the clip `clip-wide`. */
export async function layOutWideFilm(clips: string): Promise<void> {
  const folder = `${clips}/clip-wide`;
  await mkdir(folder, { recursive: true });
  await layOut(folder, split(await readFile(movie), 0), truth);
}
