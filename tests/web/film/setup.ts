import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { layOut } from "./lay-out.ts";
import { split } from "./split.ts";
import { FPS, HEIGHT, picture, WIDTH } from "./scene.ts";
import { layOutWideFilm } from "./wide.ts";

const clips = fileURLToPath(new URL("../../../target/web/clips", import.meta.url));
const folder = `${clips}/clip-lobby`;

/** The camera has been running for a while when the clip begins, as a real one has. */
const LEAD_S = 5;
const PRE_ROLL_S = 10;
const POST_ROLL_S = 10;
const ENTRY_S = LEAD_S + PRE_ROLL_S;

/** Films the test clip with the door's own muxer and lays its fragments out as the app's scheme serves them. */
export default async function makeFilms(): Promise<void> {
  await layOutWideFilm(clips);
  if (isFresh()) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const movie = `${folder}/movie.mp4`;
  await Promise.all([record(movie), photograph(`${folder}/thumbnail`)]);
  await layOut(folder, split(await readFile(movie), LEAD_S), {
    width: WIDTH,
    height: HEIGHT,
    entryMs: PRE_ROLL_S * 1000,
    durationMs: (PRE_ROLL_S + POST_ROLL_S) * 1000,
    lens: null,
  });
}

function isFresh(): boolean {
  const made = `${folder}/timeline.json`;
  if (!existsSync(made)) return false;
  const sources = ["setup.ts", "lay-out.ts", "scene.ts", "split.ts", "painter.ts"];
  const newest = Math.max(
    ...sources.map((name) => statSync(fileURLToPath(new URL(name, import.meta.url))).mtimeMs),
  );
  return statSync(made).mtimeMs > newest;
}

async function record(movie: string): Promise<void> {
  const pipeline = [
    "fdsrc fd=0",
    `rawvideoparse format=i420 width=${WIDTH} height=${HEIGHT} framerate=${FPS}/1`,
    `x264enc tune=zerolatency speed-preset=veryfast bitrate=600 key-int-max=${FPS} bframes=0`,
    "video/x-h264,profile=constrained-baseline",
    "h264parse",
    "mp4mux fragment-duration=100",
    `filesink location=${movie}`,
  ].join(" ! ");
  await run(pipeline, 0, (LEAD_S + PRE_ROLL_S + POST_ROLL_S) * FPS);
}

/** The moment the door opens, small. */
async function photograph(file: string): Promise<void> {
  const pipeline = [
    "fdsrc fd=0",
    `rawvideoparse format=i420 width=${WIDTH} height=${HEIGHT} framerate=${FPS}/1`,
    "videoscale",
    "video/x-raw,width=320,height=180",
    "jpegenc quality=80",
    `filesink location=${file}`,
  ].join(" ! ");
  await run(pipeline, (ENTRY_S + 1) * FPS, 1);
}

/** Feeds `count` pictures of the scene, beginning with number `from`, to a pipeline's input. */
async function run(pipeline: string, from: number, count: number): Promise<void> {
  const gst = spawn("gst-launch-1.0", ["-q", ...pipeline.split(" ")], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const exited = once(gst, "exit");
  for (let index = from; index < from + count; index += 1) {
    if (!gst.stdin.write(picture(index, ENTRY_S).bytes)) await once(gst.stdin, "drain");
  }
  gst.stdin.end();
  const [code] = await exited;
  if (code !== 0) throw new Error(`gst-launch-1.0 ended with ${code}.`);
}
