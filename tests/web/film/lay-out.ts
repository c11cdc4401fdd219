import { writeFile } from "node:fs/promises";
import { codecOf, type split } from "./split.ts";

export interface Film {
  width: number;
  height: number;
  /** From the film's start. */
  entryMs: number;
  durationMs: number;
  /** As in the app's `ClipTimeline`. */
  lens: object | null;
}

/** Writes a film's parts into a folder, as the app's scheme serves them, and the timeline that its core would tell. */
export async function layOut(
  folder: string,
  { init, fragments }: ReturnType<typeof split>,
  { entryMs, ...film }: Film,
): Promise<void> {
  await writeFile(`${folder}/0`, init);
  await Promise.all(fragments.map(({ n, bytes }) => writeFile(`${folder}/${n}`, bytes)));
  const timeline = {
    ...film,
    codec: codecOf(init),
    preRollMs: entryMs,
    postRollMs: film.durationMs - entryMs,
    entryOffsetMs: entryMs,
    verified: true,
    closed: true,
    fragments: fragments.map(({ bytes, ...fragment }) => ({ ...fragment, bytes: bytes.length })),
  };
  await writeFile(`${folder}/timeline.json`, JSON.stringify(timeline));
}
