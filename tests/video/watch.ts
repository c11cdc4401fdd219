/** `watch.ts FOLDER FILE`: live view and replay in the app's own window and in Chromium, of a camera with a clock. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "@playwright/test";

import { App, findReadyClip } from "../desktop/app.ts";
import { Site } from "../desktop/site.ts";
import { BrowserPage } from "./browser-page.ts";
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
  const site = await Site.start(join(folder, "site"), "clock");
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
        await writeFile(file, JSON.stringify(samples));
      } finally {
        await eye.close();
      }
    }
  } finally {
    await site.close();
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

async function readyClip(eye: Eye): Promise<string> {
  for (;;) {
    const clip = await eye.run(findReadyClip, undefined);
    if (clip) return clip;
    await sleep(250);
  }
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
  const served = await BrowserPage.start(folder, invite);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(served.url);
  await page.locator('[data-testid="door-card"]').first().waitFor({ timeout: 30_000 });
  return {
    run: <A, R>(act: (argument: A) => R | Promise<R>, argument: A) =>
      page.evaluate(act as never, argument as never) as Promise<R>,
    close: async () => {
      await browser.close();
      await served.close();
    },
  };
}

const [folder, file] = process.argv.slice(2);
if (!folder || !file) throw new Error("usage: watch.ts FOLDER FILE");
await main(folder, file);
