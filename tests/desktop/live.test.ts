import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { App } from "./app.ts";
import { type AuditRow, Site, type SiteDoor } from "./site.ts";

describe("watching a door live, in the app's real window", () => {
  let folder: string;
  let site: Site;
  let door: SiteDoor;
  let app: App;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "vestibule-live-"));
    site = await Site.start(join(folder, "site"));
    door = site.door("Main entrance");
    app = await App.start(join(folder, "app"));
    await app.enrol(await site.invite());
  });

  after(async () => {
    await app?.close();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** What the building's log tells of watching this door. */
  async function watches(name: "live_started" | "live_ended"): Promise<AuditRow[]> {
    return (await site.audit()).filter(({ door: at, event }) => at === door.id && name in event);
  }

  test("before anybody watches, the log tells of no watch", async () => {
    assert.deepEqual(await watches("live_started"), []);
  });

  test("the door's card opens its picture, which moves", async () => {
    const link = app.doorControl(door.id, "live-link");
    await link.waitForClickable({ timeout: 20_000 });
    await link.click();
    await app.find("live-badge").waitForDisplayed({ timeout: 20_000 });
    const frames = await app.waitForLiveFrames(10);
    assert.ok((await app.waitForLiveFrames(frames + 20)) >= frames + 20);
    const text = await app.find("view-live").getText();
    assert.match(text, /written into the building’s log/);
    await app.screenshot("live");
  });

  test("while it shows, the watch is on record at the door, and has not ended", async () => {
    await app.browser.waitUntil(async () => (await watches("live_started")).length === 1, {
      timeoutMsg: "the log never told that somebody watches",
    });
    assert.deepEqual(await watches("live_ended"), []);
  });

  test("closing it ends the watch, on record too", async () => {
    await app.find("live-close").click();
    await app.find("view-doors").waitForDisplayed({ timeout: 20_000 });
    await app.browser.waitUntil(async () => (await watches("live_ended")).length === 1, {
      timeout: 20_000,
      timeoutMsg: "the log never told that the watch ended",
    });
    assert.equal((await watches("live_started")).length, 1);
  });

  test("with the hub away, a door on the same network is watched all the same", async () => {
    await site.stopHub();
    const link = app.doorControl(door.id, "live-link");
    await link.waitForClickable({ timeout: 20_000 });
    await link.click();
    await app.find("live-badge").waitForDisplayed({ timeout: 30_000 });
    await app.waitForLiveFrames(10);
    await app.find("live-close").click();
    await app.find("view-doors").waitForDisplayed({ timeout: 20_000 });
    await site.resumeHub();
    await app.browser.waitUntil(async () => (await watches("live_ended")).length === 2, {
      timeout: 60_000,
      timeoutMsg: "the log never told of the watch without the hub",
    });
  });
});
