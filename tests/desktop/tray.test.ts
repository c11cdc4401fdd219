import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { App, startAgain } from "./app.ts";
import { Notifications, type SeenNotification } from "./notifications.ts";
import { Site } from "./site.ts";
import { WindowManager } from "./window-manager.ts";

describe("the app in the tray, and its real window when it is back", () => {
  let folder: string;
  let data: string;
  let site: Site;
  let windows: WindowManager;
  let notifications: Notifications;
  let app: App;
  let own: number | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "vestibule-tray-"));
    data = join(folder, "app");
    site = await Site.start(join(folder, "site"));
    windows = await WindowManager.start();
    notifications = new Notifications();
    app = await App.start(data);
    await app.enrol(await site.invite());
    own = (await app.processes())[0]?.pid;
  });

  after(async () => {
    await app?.close();
    await notifications?.close();
    windows?.close();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("closing the window ends its web view, and the app goes on", async () => {
    await windows.closeWindow("Vestibule");
    await app.waitForNoWindow();
    assert.equal((await app.processes())[0]?.pid, own);
  });

  test("a second start builds the window again, and ends itself", async () => {
    await startAgain(data);
    await app.takeNewWindow();
    await app.find("door-card").waitForDisplayed({ timeout: 20_000 });
    assert.equal((await app.processes())[0]?.pid, own);
    await app.screenshot("back-from-the-tray");
  });

  test("and a door opens from it", async () => {
    const door = site.door("Main entrance");
    await app.unlock(door.id);
    await site.unlockAfter(door.name, 0);
    await app.waitForUnlockState(door.id, "unlocked");
  });

  test("a second start beside a window that is there builds no other", async () => {
    await startAgain(data);
    assert.equal((await app.browser.getWindowHandles()).length, 1);
  });

  test("a second start that is to stay hidden shows nothing", async () => {
    await windows.closeWindow("Vestibule");
    await app.waitForNoWindow();
    await startAgain(data, "--hidden");
    await assert.rejects(app.takeNewWindow(), /no new window/);
  });

  describe("while there is no window, a courier enters", () => {
    let seen: SeenNotification;

    test("and the resident is notified", async () => {
      const answer = await site.courierAt("Main entrance");
      assert.equal(answer.outcome, "unlocked");
      seen = await notifications.about(/^Northline Parcel at Main entrance$/);
    });

    test("and a click on the notification builds the window with the clip in it", async () => {
      await notifications.click(seen);
      await app.takeNewWindow();
      await app.find("clip-player").waitForDisplayed({ timeout: 20_000 });
      await app.screenshot("clip-from-the-tray");
    });
  });
});
