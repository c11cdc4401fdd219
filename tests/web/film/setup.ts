import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { codecOf, split } from "./split.ts";
import { FPS, HEIGHT, picture, WIDTH } from "./scene.ts";

const folder = fileURLToPath(new URL("../../../target/web/clips/clip-lobby", import.meta.url));

/** The camera has been running for a while when the clip begins, as a real one has. */
const LEAD_S = 5;
const PRE_ROLL_S = 10;
const POST_ROLL_S = 10;
const ENTRY_S = LEAD_S + PRE_ROLL_S;

/** Films the test clip with the door's own muxer and lays its fragments out as the app's scheme serves them. */
export default async function makeFilm(): Promise<void> {
  if (isFresh()) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const movie = `${folder}/movie.mp4`;
  await record(movie);
  const { init, fragments } = split(await readFile(movie), LEAD_S);
  await writeFile(`${folder}/0`, init);
  await Promise.all(fragments.map(({ n, bytes }) => writeFile(`${folder}/${n}`, bytes)));
  const timeline = {
    codec: codecOf(init),
    width: WIDTH,
    height: HEIGHT,
    durationMs: (PRE_ROLL_S + POST_ROLL_S) * 1000,
    preRollMs: PRE_ROLL_S * 1000,
    postRollMs: POST_ROLL_S * 1000,
    entryOffsetMs: PRE_ROLL_S * 1000,
    verified: true,
    closed: true,
    fragments: fragments.map(({ bytes: _, ...fragment }) => fragment),
  };
  await writeFile(`${folder}/timeline.json`, JSON.stringify(timeline));
}

function isFresh(): boolean {
  const made = `${folder}/timeline.json`;
  if (!existsSync(made)) return false;
  const sources = ["setup.ts", "scene.ts", "split.ts", "painter.ts"];
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
  const gst = spawn("gst-launch-1.0", ["-q", ...pipeline.split(" ")], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const exited = once(gst, "exit");
  const pictures = (LEAD_S + PRE_ROLL_S + POST_ROLL_S) * FPS;
  for (let index = 0; index < pictures; index += 1) {
    if (!gst.stdin.write(picture(index, ENTRY_S).bytes)) await once(gst.stdin, "drain");
  }
  gst.stdin.end();
  const [code] = await exited;
  if (code !== 0) throw new Error(`gst-launch-1.0 ended with ${code}.`);
}
