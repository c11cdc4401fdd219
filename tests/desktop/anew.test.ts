import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, afterEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { enrolWithoutWindow, startAgain } from "./app.ts";
import { Notifications } from "./notifications.ts";
import { executionOf, startedAnew, webKit } from "./processes.ts";
import { program } from "./programs.ts";
import { Site } from "./site.ts";
import { WindowManager } from "./window-manager.ts";

/** Longer than the app waits after its window, and than a start takes. */
const CALM_MS = 45_000;

/** After that long, what a start has set going is open. */
const SETTLED_MS = 5_000;

describe("the app after its window", () => {
  let folder: string;
  let data: string;
  let site: Site;
  let windows: WindowManager;
  let notifications: Notifications;
  let app: ChildProcess;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "vestibule-anew-"));
    data = join(folder, "app");
    site = await Site.start(join(folder, "site"));
    windows = await WindowManager.start();
    notifications = new Notifications();
    await enrolWithoutWindow(await site.invite(), data);
  });

  beforeEach(() => {
    const env = { ...process.env, VESTIBULE_DATA_DIR: data };
    app = spawn(program("vestibule"), [], { env, stdio: "ignore" });
  });

  afterEach(async () => {
    app.kill();
    await webKit(app.pid, (count) => count === 0);
  });

  after(async () => {
    await notifications?.close();
    windows?.close();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const isShown = () => webKit(app.pid, (count) => count >= 2);

  async function closeWindow(): Promise<string> {
    await isShown();
    const execution = await executionOf(app.pid);
    await windows.closeWindow("Vestibule");
    return execution;
  }

  const openFiles = async () => (await readdir(`/proc/${app.pid}/fd`)).length;

  test("it starts anew in the tray, hands nothing on, and shows its window when asked", async () => {
    const counts: number[] = [];
    for (const _round of [1, 2, 3]) {
      await startedAnew(app.pid, await closeWindow());
      await sleep(SETTLED_MS);
      assert.equal(app.exitCode, null);
      await webKit(app.pid, (count) => count === 0);
      counts.push(await openFiles());
      await startAgain(data);
    }
    await isShown();
    const [first = 0, , last = 0] = counts;
    assert.ok(last <= first + 2, `so many files were open after each round: ${counts}`);
  });

  test("what happens after that is notified", async () => {
    await startedAnew(app.pid, await closeWindow());
    await sleep(SETTLED_MS);
    await site.courierAt("Main entrance");
    const shown = await notifications.about(/ at Main entrance$/);
    await notifications.answer(shown, "dismissed");
  });

  test("it waits while a notification stands, whose answer would be lost", async () => {
    const execution = await closeWindow();
    await site.courierAt("Package room");
    const shown = await notifications.about(/ at Package room$/);
    await sleep(CALM_MS);
    assert.equal(await executionOf(app.pid), execution);
    await notifications.answer(shown, "dismissed");
    await startedAnew(app.pid, execution);
  });
});
