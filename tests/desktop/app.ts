import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, remote } from "webdriverio";

import { ended, family, type Process, stopped } from "./processes.ts";
import { program, screenshots, tauriDriver } from "./programs.ts";

export interface Playback {
  state: string | null;
  verified: string | null;
  frames: number;
  currentTime: number;
  ended: boolean;
}

export interface Timeline {
  clipId: string;
  preRollMs: number;
  postRollMs: number;
  verified: boolean;
  fragments: { n: number; startMs: number; durationMs: number; keyframe: boolean }[];
}

interface TauriInternals {
  invoke(command: string, args: object): Promise<unknown>;
}

/** The built app in its own WebKitGTK window, driven through tauri-driver. */
export class App {
  readonly browser: Browser;
  readonly #driver: ChildProcess;

  private constructor(browser: Browser, driver: ChildProcess) {
    this.browser = browser;
    this.#driver = driver;
  }

  /** Starts the app with its data in `dataDir`. */
  static async start(dataDir: string): Promise<App> {
    const [port, nativePort] = [await freePort(), await freePort()];
    const driver = spawn(tauriDriver, ["--port", `${port}`, "--native-port", `${nativePort}`], {
      env: { ...process.env, VESTIBULE_DATA_DIR: dataDir },
      stdio: ["ignore", "inherit", "inherit"],
    });
    try {
      return new App(await connect(port), driver);
    } catch (error) {
      driver.kill();
      throw error;
    }
  }

  find(testId: string) {
    return this.browser.$(`[data-testid="${testId}"]`);
  }

  /** The unlock control of one door. */
  doorControl(doorId: string, testId: string) {
    return this.browser.$(`[data-door-id="${doorId}"] [data-testid="${testId}"]`);
  }

  async enrol(invite: string): Promise<void> {
    await this.submitInvite(invite, '[data-testid="door-card"]');
    await this.find("door-card").waitForDisplayed({ timeout: 30_000 });
  }

  /** Enters an invite and, where the app asks for it, lets keys be kept in a file; ends once `outcome` (a selector) may come. */
  async submitInvite(invite: string, outcome: string): Promise<void> {
    await this.find("invite-input").waitForDisplayed({ timeout: 20_000 });
    await this.find("invite-input").setValue(invite);
    await this.find("enrol-button").click();
    // Without a keychain on the bus, the app asks before it keeps keys in a file.
    await this.browser.waitUntil(
      async () =>
        (await this.find("key-storage-file").isExisting()) || (await this.browser.$(outcome).isExisting()),
      {
        timeout: 30_000,
        timeoutMsg: "enrolling led neither to the doors nor to the question of the keys",
      },
    );
    if (await this.find("key-storage-file").isExisting()) await this.find("key-storage-file").click();
  }

  /** Clicks a door's unlock control and returns the time of the click (Unix ms). */
  async unlock(doorId: string): Promise<number> {
    const control = this.doorControl(doorId, "unlock-button");
    await control.waitForClickable({ timeout: 20_000 });
    const clicked = Date.now();
    await control.click();
    return clicked;
  }

  /** Holds a door's control that opens from afar, until that counts; returns the time of the press (Unix ms). */
  async holdToOpen(doorId: string): Promise<number> {
    const control = await this.doorControl(doorId, "remote-hold").getElement();
    await control.waitForDisplayed({ timeout: 20_000 });
    await control.scrollIntoView({ block: "center" });
    const pressed = Date.now();
    await this.browser
      .action("pointer")
      .move({ origin: control })
      .down({ button: 0 })
      .pause(1300)
      .up({ button: 0 })
      .perform();
    return pressed;
  }

  async waitForUnlockState(doorId: string, state: string, timeout = 20_000): Promise<void> {
    const shown = () => this.doorControl(doorId, "unlock-state").getAttribute("data-state");
    await this.browser.waitUntil(async () => (await shown()) === state, {
      timeout,
      interval: 50,
      timeoutMsg: `the door never showed ${state}`,
    });
  }

  /** Goes to the page with the doors. */
  async goHome(): Promise<void> {
    await this.browser.execute(() => {
      location.hash = "#/";
    });
    await this.find("view-doors").waitForDisplayed({ timeout: 20_000 });
  }

  /** Goes to the page with what happened. */
  async goToActivity(): Promise<void> {
    await this.browser.execute(() => {
      location.hash = "#/activity";
    });
    await this.find("view-activity").waitForDisplayed({ timeout: 20_000 });
  }

  /** Waits until `times` lines of the activity list say `words`, and returns the newest. */
  async waitForActivity(words: RegExp, times = 1): Promise<string> {
    let lines: string[] = [];
    let found: string[] = [];
    await this.browser.waitUntil(
      async () => {
        lines = await this.browser.execute(() =>
          [...document.querySelectorAll<HTMLElement>('[data-testid="activity-item"]')].map((line) =>
            line.innerText.replace(/\s+/g, " ").trim(),
          ),
        );
        found = lines.filter((line) => words.test(line));
        return found.length >= times;
      },
      {
        timeout: 20_000,
        interval: 100,
        timeoutMsg: `the activity list never said ${words}; it says:\n${lines.join("\n")}`,
      },
    );
    return found[0] ?? "";
  }

  /** Waits until a door's card says what is ruled for it, and returns the words. */
  async waitForRule(doorId: string, testId: string, words: RegExp): Promise<string> {
    let said = "";
    await this.browser.waitUntil(
      async () => {
        const rule = this.doorControl(doorId, testId);
        said = (await rule.isExisting()) ? (await rule.getText()).trim() : "";
        return words.test(said);
      },
      { timeout: 20_000, timeoutMsg: `the door's card never said ${words}; it said "${said}"` },
    );
    return said;
  }

  async waitForNoRule(doorId: string, testId: string): Promise<void> {
    await this.doorControl(doorId, testId).waitForExist({ reverse: true, timeout: 20_000 });
  }

  /** Waits until a clip can be watched whole, as the core tells its window, and returns its id. */
  async readyClip(timeout = 90_000): Promise<string> {
    let clip: string | null = null;
    await this.browser.waitUntil(async () => (clip = await this.browser.execute(findReadyClip)) !== null, {
      timeout,
      timeoutMsg: "no clip was ready",
    });
    return clip ?? "";
  }

  async playback(): Promise<Playback> {
    return this.browser.execute(() => {
      const player = document.querySelector<HTMLElement>('[data-testid="clip-player"]');
      const video = document.querySelector<HTMLVideoElement>('[data-testid="clip-video"]');
      return {
        state: player?.dataset.state ?? null,
        verified: player?.dataset.verified ?? null,
        frames: video?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
        currentTime: video?.currentTime ?? 0,
        ended: video?.ended ?? false,
      };
    });
  }

  /** The timeline of the clip on screen, as the app's core tells it to its window. */
  async timeline(): Promise<Timeline> {
    const clipId = await this.find("clip-player").getAttribute("data-clip-id");
    if (!clipId) throw new Error("no clip is on screen");
    return this.browser.executeAsync<Timeline, [string]>((clipId, done) => {
      const tauri = (window as unknown as { __TAURI_INTERNALS__: TauriInternals }).__TAURI_INTERNALS__;
      void tauri.invoke("clip_timeline", { clipId }).then((timeline) => done(timeline as Timeline));
    }, clipId);
  }

  /** Waits until playback is as `expected` says, and returns it. */
  async waitForPlayback(
    what: string,
    expected: (playback: Playback) => boolean,
    timeout = 60_000,
  ): Promise<Playback> {
    let last = await this.playback();
    await this.browser.waitUntil(async () => expected((last = await this.playback())), {
      timeout,
      interval: 100,
      timeoutMsg: `the clip never ${what}; last seen: ${JSON.stringify(last)}`,
    });
    return last;
  }

  /** Waits until that many live pictures were shown, and returns how many there were. */
  async waitForLiveFrames(frames: number): Promise<number> {
    let seen = 0;
    const count = () =>
      document.querySelector<HTMLVideoElement>('[data-testid="live-video"]')?.getVideoPlaybackQuality()
        .totalVideoFrames ?? 0;
    await this.browser.waitUntil(async () => (seen = await this.browser.execute(count)) >= frames, {
      timeout: 20_000,
      timeoutMsg: `fewer than ${frames} live pictures were shown`,
    });
    return seen;
  }

  async screenshot(name: string, folder = screenshots): Promise<void> {
    await mkdir(folder, { recursive: true });
    await this.browser.saveScreenshot(join(folder, `${name}.png`));
  }

  /** Its own process, which is first, and those of its web view; none once it has ended. */
  async processes(): Promise<Process[]> {
    const all = this.#driver.pid === undefined ? [] : await family(this.#driver.pid);
    const own = all.find(({ name }) => name === "vestibule");
    return own ? family(own.pid) : [];
  }

  /** Waits until the app has no window, and nothing of its web view's pages is left. */
  async waitForNoWindow(): Promise<void> {
    const pages = async () => (await this.processes()).filter(({ name }) => name.startsWith("WebKitWebProc"));
    await this.browser.waitUntil(async () => (await pages()).length === 0, {
      timeout: 20_000,
      timeoutMsg: "the web view of the closed window did not end",
    });
  }

  /** Goes on in the window that the app built anew after the last one was closed. */
  async takeNewWindow(): Promise<void> {
    let windows: string[] = [];
    await this.browser.waitUntil(async () => (windows = await this.browser.getWindowHandles()).length > 0, {
      timeout: 20_000,
      timeoutMsg: "the app built no new window",
    });
    await this.browser.switchToWindow(windows[0] ?? "");
  }

  /** Ends the app, also where a notification that stands keeps it going; a start after that is a first one again. */
  async close(): Promise<void> {
    const [own] = await this.processes();
    await this.browser.deleteSession().catch(() => undefined);
    this.#driver.kill();
    if (own) await ended(own.pid, 5000).catch(() => stopped(own.pid));
  }
}

/** Redeems an invite for a device whose data is in `dataDir`, with no window. */
export function enrolWithoutWindow(invite: string, dataDir: string): Promise<void> {
  return runApp(dataDir, "enrol", invite, "--keys", "file");
}

/** Starts the app once more, and waits until this start has ended itself. */
export function startAgain(dataDir: string, ...words: string[]): Promise<void> {
  return runApp(dataDir, ...words);
}

async function runApp(dataDir: string, ...words: string[]): Promise<void> {
  const env = { ...process.env, VESTIBULE_DATA_DIR: dataDir };
  await promisify(execFile)(program("vestibule"), words, { env, timeout: 30_000 });
}

async function connect(port: number): Promise<Browser> {
  const browser = await remote({
    hostname: "127.0.0.1",
    port,
    logLevel: "error",
    connectionRetryTimeout: 60_000,
    waitforTimeout: 20_000,
    capabilities: {
      browserName: "wry",
      "wdio:enforceWebDriverClassic": true,
      // tauri-driver's own capability, which webdriverio's types do not know.
      "tauri:options": { application: program("vestibule") },
    } as WebdriverIO.Capabilities,
  });
  lookUpAgain(browser);
  return browser;
}

type Find = Browser["findElement"];

/** WebKit's driver fails to look an element up when the page draws it anew just then; webdriverio tries no second time. */
function lookUpAgain(browser: Browser): void {
  const again = (find: Find, ...what: Parameters<Find>) =>
    browser.waitUntil(() => find(...what), { timeout: 2000, interval: 50 });
  // webdriverio's types know only its own commands here, not those of the protocol.
  const overwrite = browser.overwriteCommand.bind(browser) as unknown as (
    name: "findElement",
    by: typeof again,
  ) => void;
  overwrite("findElement", again);
}

/** Runs in the page: the newest clip that is ready, or null. */
export async function findReadyClip(): Promise<string | null> {
  interface Page {
    items: { clip: { id: string; state: string } | null }[];
  }
  const tauri = (window as unknown as { __TAURI_INTERNALS__: TauriInternals }).__TAURI_INTERNALS__;
  const page = (await tauri.invoke("activity", { before: null, limit: 50 })) as Page;
  return page.items.find(({ clip }) => clip?.state === "ready")?.clip?.id ?? null;
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
