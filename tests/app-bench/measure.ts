/**
 * `measure.ts FOLDER FILE`: what the app costs on a desktop, and Chromium with the same page beside it. FOLDER/screen
 * is where Xvfb shares its framebuffer. Writes the samples to FILE, as they come.
 */

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { App, enrolWithoutWindow } from "../desktop/app.ts";
import { Notifications } from "../desktop/notifications.ts";
import { program } from "../desktop/programs.ts";
import { Site } from "../desktop/site.ts";
import { WindowManager } from "../desktop/window-manager.ts";
import { BrowserPage } from "../video/browser-page.ts";
import { colourOfDoor, paintRows, scrollTo } from "./page.ts";
import { type Colour, Screen } from "./screen.ts";
import { askToShow, Windowed } from "./window.ts";

const STARTS = 10;
const ENTRIES = 24;
const ROWS = 10_000;
const ROUNDS = 20;

/** After that long, what a start or an end has set going is over. */
const SETTLED_MS = 5_000;

/** The large control has more of its colour than that, whatever words stand on it; nothing else has as much. */
const DOOR_PX = 10_000;

const DOORS = ["Main entrance", "Package room"];

/** Longer than a strike stays unlocked, at each of the doors. */
const BETWEEN_ENTRIES_MS = 4_000;

/** Milliseconds and MB. */
interface Samples {
  cold_start: number[];
  rebuild: number[];
  memory_window: number[];
  memory_closed: number[];
  memory_tray: number[];
  rows_10k_first_paint: number[];
  decision_to_notification: number[];
  chromium_start: number[];
  chromium_memory: number[];
}

async function main(folder: string, file: string): Promise<void> {
  const screen = Screen.open(join(folder, "screen"));
  const windows = await WindowManager.start();
  const notifications = new Notifications();
  const site = await Site.start(join(folder, "site"));
  const data = join(folder, "app");
  const samples: Partial<Samples> = {};
  const keep = (some: Partial<Samples>) => writeFile(file, JSON.stringify(Object.assign(samples, some)));
  try {
    await enrolWithoutWindow(await site.invite(), data);
    const door = await colour(data);
    await keep(await coldStarts(() => Windowed.app(data), screen, door));
    await keep(await inTray(data, { screen, door, windows, site, notifications }));
    await keep({ rows_10k_first_paint: await rows(data) });
    await keep(await inChromium(folder, await site.invite(), screen, door));
  } finally {
    await site.close();
    await notifications.close();
    windows.close();
    screen.close();
  }
}

/** The colour in which the app paints the large control of a door. */
async function colour(data: string): Promise<Colour> {
  const app = await App.start(data);
  try {
    await app.find("door-card").waitForDisplayed({ timeout: 30_000 });
    return await app.browser.execute(colourOfDoor);
  } finally {
    await app.close();
  }
}

/**
 * From the start of the program until a door's control is on the display: it answers presses from before its first
 * paint. The first start, which fills caches, does not count.
 */
async function coldStarts(
  start: () => Windowed,
  screen: Screen,
  door: Colour,
): Promise<Pick<Samples, "cold_start" | "memory_window">> {
  const taken = { cold_start: [] as number[], memory_window: [] as number[] };
  for (let round = 0; round <= STARTS; round += 1) {
    await screen.clears(door);
    const window = start();
    try {
      const shown = await screen.shows(door, DOOR_PX);
      await sleep(SETTLED_MS);
      if (round === 0) continue;
      taken.cold_start.push(shown - window.startedAt);
      taken.memory_window.push(await window.memory());
    } finally {
      await window.end();
    }
  }
  return taken;
}

interface Desk {
  screen: Screen;
  door: Colour;
  windows: WindowManager;
  site: Site;
  notifications: Notifications;
}

/** What the app does without a window: its window was closed, so that only the tray is left. */
async function inTray(
  data: string,
  { screen, door, windows, site, notifications }: Desk,
): Promise<Pick<Samples, "rebuild" | "memory_closed" | "memory_tray" | "decision_to_notification">> {
  const taken = { rebuild: [] as number[], memory_closed: [] as number[], memory_tray: [] as number[] };
  const app = Windowed.app(data);
  try {
    for (let round = 0; round < STARTS; round += 1) {
      taken.memory_closed.push(await toTray(app, screen, door, windows));
      taken.memory_tray.push(await app.memory());
      const asked = await askToShow();
      taken.rebuild.push((await screen.shows(door, DOOR_PX)) - asked);
    }
    await toTray(app, screen, door, windows);
    return { ...taken, decision_to_notification: await notified(site, notifications) };
  } finally {
    await app.end();
  }
}

/** Closes the window, and waits until the app is in the tray for good. Returns what it still took soon after the window, in MB. */
async function toTray(app: Windowed, screen: Screen, door: Colour, windows: WindowManager): Promise<number> {
  await screen.shows(door, DOOR_PX);
  await sleep(SETTLED_MS);
  const execution = await app.execution();
  await windows.closeWindow("Vestibule");
  await screen.clears(door);
  await sleep(SETTLED_MS);
  if (await app.has("WebKitWebProces")) throw new Error("the closed window's web view goes on");
  const memory = await app.memory();
  await app.startsAnew(execution);
  await sleep(SETTLED_MS);
  return memory;
}

/** From a door's decision, as its record says, until the desktop is asked to show the notification. */
async function notified(site: Site, notifications: Notifications): Promise<number[]> {
  const seen = new Map<string, number>();
  for (let entry = 0; entry < ENTRIES; entry += 1) {
    const door = DOORS[entry % DOORS.length] ?? "";
    const answer = await site.courierAt(door);
    if (answer.outcome !== "unlocked") throw new Error(`the courier was answered ${answer.reason}`);
    const { at_ms } = await notifications.about(new RegExp(` at ${door}$`));
    seen.set(`${site.door(door).id} ${answer.seq}`, at_ms);
    await sleep(BETWEEN_ENTRIES_MS);
  }
  const decided = new Map((await site.audit()).map(({ door, seq, at_ms }) => [`${door} ${seq}`, at_ms]));
  return [...seen].map(([record, at]) => at - (decided.get(record) ?? Number.NaN));
}

/** The activity page of a device that holds 10,000 entries, all of them loaded into the list. */
async function rows(data: string): Promise<number[]> {
  await promisify(execFile)(program("vestibule-fill-activity"), [join(data, "vestibule.sqlite"), `${ROWS}`]);
  const app = await App.start(data);
  try {
    await app.find("door-card").waitForDisplayed({ timeout: 30_000 });
    await app.browser.setTimeout({ script: 120_000 });
    await app.browser.execute(scrollTo, { oldest: "Guest 1 of" });
    return await app.browser.execute(paintRows, { rounds: ROUNDS });
  } finally {
    await app.close();
  }
}

/** The same page in a window of Chromium's. The app's core runs already, and its memory does not count. */
async function inChromium(
  folder: string,
  invite: string,
  screen: Screen,
  door: Colour,
): Promise<Pick<Samples, "chromium_start" | "chromium_memory">> {
  const page = await BrowserPage.start(join(folder, "bridge"), invite);
  try {
    const start = () => Windowed.chromium(page.url, join(folder, "profile"));
    const { cold_start, memory_window } = await coldStarts(start, screen, door);
    return { chromium_start: cold_start, chromium_memory: memory_window };
  } finally {
    await page.close();
  }
}

const [folder, file] = process.argv.slice(2);
if (!folder || !file) throw new Error("usage: measure.ts FOLDER FILE");
await main(folder, file);
