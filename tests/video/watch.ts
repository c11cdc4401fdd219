/** `watch.ts FOLDER FILE`: live view and replay in the app's own window and in Chromium, of a camera with a clock. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type BrowserContext, chromium } from "@playwright/test";

import { App } from "../desktop/app.ts";
import { program } from "../desktop/programs.ts";
import { Site } from "../desktop/site.ts";
import { leave, look, type Sight, seek } from "./eye.ts";

const DOOR = "Main entrance";
const ROUNDS = 12;
const PICTURES = 45;
const JUMPS = 30;

/** The door stops sending live pictures after that, so that the next round begins from nothing. */
const LINGER_MS = 6_000;

/** In milliseconds. */
interface Samples {
  live_first_frame: number[];
  live_delay: number[];
  replay_first_frame: number[];
  seek: number[];
}

/** A window that shows the app's page. */
interface Eye {
  run<A, R>(act: (argument: A) => R | Promise<R>, argument: A): Promise<R>;
  close(): Promise<void>;
}

async function main(folder: string, file: string): Promise<void> {
  const camera = await plugInCamera();
  const site = await Site.start(join(folder, "site"), camera.url);
  try {
    const door = site.door(DOOR).id;
    // The ring fills up with the seconds before.
    await sleep(12_000);
    const samples: Record<string, Samples> = {};
    for (const [name, open] of Object.entries({ webkit: openWindow, chromium: openBrowser })) {
      const eye = await open(join(folder, name), await site.invite());
      try {
        // A clip can be watched by the devices that there are when it is filmed.
        const answer = await site.courierAt(DOOR);
        if (answer.outcome !== "unlocked") throw new Error(`the courier was answered ${answer.reason}`);
        samples[name] = await measure(eye, door);
      } finally {
        await eye.close();
      }
    }
    await writeFile(file, JSON.stringify(samples));
  } finally {
    await site.close();
    camera.process.kill();
  }
}

async function measure(eye: Eye, door: string): Promise<Samples> {
  const live: Sight[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    live.push(await eye.run(look, { hash: `#/live/${door}`, count: PICTURES }));
    await eye.run(leave, undefined);
    await sleep(LINGER_MS);
  }
  const clip = await readyClip(eye);
  const replay: Sight[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    replay.push(await eye.run(look, { hash: `#/activity/${clip}`, count: 0 }));
    if (round < ROUNDS - 1) await eye.run(leave, undefined);
  }
  return {
    live_first_frame: live.map((sight) => sight.firstFrameMs),
    live_delay: live.flatMap((sight) => sight.delaysMs),
    replay_first_frame: replay.map((sight) => sight.firstFrameMs),
    seek: await eye.run(seek, { jumps: JUMPS }),
  };
}

/** Waits for the courier's clip to be ready, as the core tells the page. */
function readyClip(eye: Eye): Promise<string> {
  return eye.run(async () => {
    interface Item {
      clip: { id: string; state: string } | null;
    }
    const tauri = (
      window as unknown as {
        __TAURI_INTERNALS__: { invoke(command: string, args: object): Promise<{ items: Item[] }> };
      }
    ).__TAURI_INTERNALS__;
    for (;;) {
      const page = await tauri.invoke("activity", { before: null, limit: 50 });
      const ready = page.items.find((item) => item.clip?.state === "ready");
      if (ready?.clip) return ready.clip.id;
      await new Promise((done) => setTimeout(done, 250));
    }
  }, undefined);
}

/** The app's own window. */
async function openWindow(folder: string, invite: string): Promise<Eye> {
  const app = await App.start(folder);
  await app.enrol(invite);
  await app.browser.setTimeout({ script: 120_000 });
  return {
    run: <A, R>(act: (argument: A) => R | Promise<R>, argument: A) =>
      app.browser.execute(act as never, argument) as Promise<R>,
    close: () => app.close(),
  };
}

/** The same page in Chromium, with the app's core behind HTTP. */
async function openBrowser(folder: string, invite: string): Promise<Eye> {
  const bridge = spawn(program("vestibule-bridge"), [folder, invite], { stdio: ["pipe", "pipe", "inherit"] });
  const origin = await firstLine(bridge);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await serveUserInterface(context);
  await context.addInitScript((origin) => {
    const answer = async (response: Response) => {
      const body: unknown = await response.json();
      if (!response.ok) throw body;
      return body;
    };
    const invoke = async (command: string, args: object) =>
      command.startsWith("plugin:")
        ? null
        : answer(
            await fetch(`${origin}/invoke/${command}`, {
              method: "POST",
              headers: { "content-type": "application/json" },
              body: JSON.stringify(args ?? {}),
            }),
          );
    Object.assign(window, {
      __TAURI_INTERNALS__: {
        invoke,
        transformCallback: () => 0,
        convertFileSrc: (path: string, scheme: string) => `${origin}/${scheme}/${path}`,
        metadata: { currentWindow: { label: "main" }, currentWebview: { label: "main", windowLabel: "main" } },
      },
    });
  }, origin);
  const page = await context.newPage();
  await page.goto("http://localhost/");
  await page.locator('[data-testid="door-card"]').first().waitFor({ timeout: 30_000 });
  return {
    run: <A, R>(act: (argument: A) => R | Promise<R>, argument: A) =>
      page.evaluate(act as never, argument as never) as Promise<R>,
    close: async () => {
      await browser.close();
      bridge.kill();
    },
  };
}

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Answers the page's own requests with what was built into the app. */
async function serveUserInterface(context: BrowserContext): Promise<void> {
  const built = join(import.meta.dirname, "..", "..", "ui", "dist");
  await context.route("http://localhost/**", async (route) => {
    const { pathname } = new URL(route.request().url());
    const path = pathname === "/" ? "index.html" : pathname.slice(1);
    const body = await readFile(join(built, path)).catch(() => null);
    if (body === null) await route.fulfill({ status: 404 });
    else await route.fulfill({ body, contentType: TYPES[extname(path)] ?? "application/octet-stream" });
  });
}

async function plugInCamera(): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort();
  const script = join(import.meta.dirname, "clock_camera.py");
  const camera = spawn("/usr/bin/python3", [script, `${port}`, "1280", "720", "30"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await firstLine(camera);
  return { url: `rtsp://127.0.0.1:${port}/film`, process: camera };
}

async function firstLine(program: ChildProcess): Promise<string> {
  if (!program.stdout) throw new Error("the program's output is not read");
  const lines = createInterface(program.stdout);
  const ended = once(program, "exit").then(() => {
    throw new Error(`${program.spawnargs[0]} ended before it said anything`);
  });
  const [line] = await Promise.race([once(lines, "line"), ended]);
  return String(line);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address ? resolve(address.port) : reject()));
    });
  });
}

const [folder, file] = process.argv.slice(2);
if (!folder || !file) throw new Error("usage: watch.ts FOLDER FILE");
await main(folder, file);
