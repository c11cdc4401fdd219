import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { App, startAgain } from "./app.ts";
import { webKit } from "./processes.ts";
import { program } from "./programs.ts";
import { Site } from "./site.ts";
import { WindowManager } from "./window-manager.ts";

describe("the app as a resident of the desktop", () => {
  let folder: string;
  let site: Site;
  let windows: WindowManager;
  let app: App;
  const home = process.env.HOME;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "vestibule-residency-"));
    process.env.HOME = join(folder, "home");
    site = await Site.start(join(folder, "site"));
    windows = await WindowManager.start();
    app = await App.start(join(folder, "app"));
    await app.enrol(await site.invite());
  });

  after(async () => {
    await app?.close();
    windows?.close();
    await site?.close();
    process.env.HOME = home;
    await rm(folder, { recursive: true, force: true });
  });

  /** What the desktop starts when the person logs in. */
  async function autostart(): Promise<string[]> {
    const entries = join(folder, "home", ".config", "autostart");
    const names = await readdir(entries).catch(() => []);
    return Promise.all(names.map((name) => readFile(join(entries, name), "utf8")));
  }

  const question = () => app.find("ask-login-start");
  const answer = (words: string) => question().$(`button*=${words}`);

  async function toSettings(): Promise<void> {
    await app.browser.execute(() => {
      location.hash = "#/settings";
    });
    await app.find("login-start").waitForDisplayed({ timeout: 20_000 });
  }

  const isOn = async () => (await app.find("login-start").getAttribute("aria-checked")) === "true";
  const waitUntilOn = () => app.browser.waitUntil(isOn, { timeout: 20_000 });

  test("after enrolment it asks whether to start at login, and has not done so by itself", async () => {
    await question().waitForDisplayed({ timeout: 20_000 });
    assert.deepEqual(await autostart(), []);
    await app.screenshot("login-start-question");
  });

  test("a yes has the desktop start it into the tray", async () => {
    await answer("Start when I log in").click();
    await question().waitForExist({ reverse: true, timeout: 20_000 });
    const [entry = "", ...others] = await autostart();
    assert.deepEqual(others, []);
    assert.ok(entry.includes(`Exec=${program("vestibule")} --hidden`), entry);
  });

  test("the settings tell what the system does, also when that was changed elsewhere", async () => {
    await toSettings();
    await waitUntilOn();
    await rm(join(folder, "home", ".config", "autostart"), { recursive: true });
    await app.goHome();
    await toSettings();
    await app.browser.waitUntil(async () => !(await isOn()), { timeout: 10_000 });
    await app.find("login-start").click();
    await app.browser.waitUntil(async () => (await autostart()).length === 1, { timeout: 10_000 });
    await waitUntilOn();
    await app.find("login-start").click();
    await app.browser.waitUntil(async () => (await autostart()).length === 0, { timeout: 10_000 });
    await app.screenshot("settings-residency");
  });

  test("it is not asked again", async () => {
    await app.goHome();
    await app.browser.refresh();
    await app.find("door-card").waitForDisplayed({ timeout: 20_000 });
    assert.equal(await question().isExisting(), false);
  });

  test("a build with no place for updates says that they come with the system", async () => {
    await toSettings();
    assert.match(await app.find("updates").getText(), /system’s packages/);
  });

  test("closing the window leaves nothing of WebKit behind, and the next has all that it needs", async () => {
    await app.close();
    const env = { ...process.env, VESTIBULE_DATA_DIR: join(folder, "app") };
    const alone = spawn(program("vestibule"), [], { env, stdio: "ignore" });
    try {
      await webKit(alone.pid, (count) => count >= 2);
      await windows.closeWindow("Vestibule");
      await webKit(alone.pid, (count) => count === 0);
      assert.equal(alone.exitCode, null);
      await startAgain(join(folder, "app"));
      await webKit(alone.pid, (count) => count >= 2);
    } finally {
      alone.kill();
    }
  });
});
