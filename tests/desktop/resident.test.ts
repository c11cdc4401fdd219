import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { App, enrolWithoutWindow } from "./app.ts";
import { Notifications, type SeenNotification } from "./notifications.ts";
import { Site } from "./site.ts";

describe("a resident's day, in the app's real window", () => {
  let folder: string;
  let site: Site;
  let camerasUp: number;
  let notifications: Notifications;
  let app: App;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "vestibule-desktop-"));
    site = await Site.start(join(folder, "site"));
    camerasUp = Date.now();
    notifications = new Notifications();
    app = await App.start(join(folder, "app"));
  });

  after(async () => {
    await app?.close();
    await notifications?.close();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("an invite that was already used is refused, and says so", async () => {
    const used = await site.invite();
    await enrolWithoutWindow(used, join(folder, "other"));
    const field = '[data-testid="invite-input"][aria-invalid="true"]';
    await app.submitInvite(used, field);
    await app.browser.$(field).waitForExist({ timeout: 20_000 });
    await app.browser.waitUntil(async () => /used already/.test(await app.browser.$("main").getText()), {
      timeout: 20_000,
      timeoutMsg: "the app never said that the invite was used already",
    });
    await app.screenshot("enrol-refused");
    await app.browser.refresh();
  });

  test("a resident enrols with an invite and sees the doors", async () => {
    await app.enrol(await site.invite());
    const cards = await app.browser.$$('[data-testid="door-card"]').getElements();
    assert.equal(cards.length, site.home.doors.length);
    await app.screenshot("doors");
  });

  test("a click unlocks the door's strike, and the app shows it relock", async () => {
    const door = site.door("Main entrance");
    await app.unlock(door.id);
    const move = await site.unlockAfter(door.name, 0);
    assert.ok(move.seq !== null && move.seq > 0);
    await app.waitForUnlockState(door.id, "unlocked");
    await app.screenshot("unlocked");
    await app.waitForUnlockState(door.id, "idle", 20_000);
    const isLocked = async () => (await site.strike(door.name)).at(-1)?.state === "locked";
    await app.browser.waitUntil(isLocked, { timeoutMsg: "the strike never locked again" });
  });

  test("the apartment's own door unlocks too", async () => {
    const door = site.door("Apartment 3B");
    await app.unlock(door.id);
    await site.unlockAfter(door.name, 0);
  });

  test("a door that is down is a failure with a way out, and works again when it is back", async () => {
    const door = site.door("Package room");
    await site.stopDoor(door.name);
    await app.unlock(door.id);
    await app.waitForUnlockState(door.id, "failed", 40_000);
    await app.screenshot("door-not-found");
    await site.startDoor(door.name);
    await app.unlock(door.id);
    await site.unlockAfter(door.name, 0);
  });

  test("a door that the manager has closed refuses the resident, and the app says why and what to do", async () => {
    const door = site.door("Package room");
    await app.waitForUnlockState(door.id, "idle");
    const seen = (await site.strike(door.name)).length;
    await site.manage("lockdown", "start", "--level", "everyone", "--door", door.id);
    await app.waitForRule(door.id, "door-lockdown", /closed to you/);
    // Told from the door's own record: it is in force there.
    await notifications.about(/^Lockdown at Package room$/);
    await app.unlock(door.id);
    await app.waitForUnlockState(door.id, "failed");
    const words = await app.doorControl(door.id, "unlock-failure").getText();
    assert.match(words, /in lockdown/);
    assert.match(words, /Ask them when it opens again/);
    assert.equal((await site.strike(door.name)).length, seen);
    await app.screenshot("unlock-denied");
    await site.manage("lockdown", "stop", "--door", door.id);
    await app.waitForNoRule(door.id, "door-lockdown");
    await notifications.about(/^Lockdown is over at Package room$/);
  });

  test("with the hub stopped the door still opens", async () => {
    const door = site.door("Main entrance");
    await site.stopHub();
    const seen = (await site.strike(door.name)).length;
    await app.unlock(door.id);
    await site.unlockAfter(door.name, seen);
    await app.screenshot("hub-offline");
    await site.resumeHub();
  });

  describe("a courier enters", () => {
    let seen: SeenNotification;

    test("and the notification appears on the session bus", async () => {
      await sleepUntil(camerasUp + 12_000);
      const answer = await site.courierAt("Main entrance");
      assert.equal(answer.outcome, "unlocked");
      seen = await notifications.next();
      assert.match(`${seen.summary} ${seen.body}`, /Northline Parcel/);
      assert.match(`${seen.summary} ${seen.body}`, /Main entrance/);
    });

    test("and is shown with the door's picture once there is one", async () => {
      await notifications.illustrated(seen);
    });

    test("and a click on it opens the clip, which plays: frames advance", async () => {
      await notifications.click(seen);
      await app.find("clip-player").waitForDisplayed({ timeout: 20_000 });
      const playing = await app.waitForPlayback("started", ({ currentTime }) => currentTime > 0.5);
      const later = await app.waitForPlayback("advanced", ({ frames }) => frames > playing.frames + 15);
      assert.ok(later.currentTime > playing.currentTime);
      await app.waitForPlayback("was proven, once it had been filmed", ({ verified }) => verified === "true");
      const timeline = await app.timeline();
      assert.ok(timeline.preRollMs >= 10_000, `pre-roll of ${timeline.preRollMs} ms`);
      await app.screenshot("clip");
    });

    test("and seeking works, forwards and back", async () => {
      for (const target of [15, 2]) {
        await app.browser.execute((time) => {
          const video = document.querySelector<HTMLVideoElement>('[data-testid="clip-video"]');
          if (video) video.currentTime = time;
        }, target);
        await app.waitForPlayback(
          `was near ${target} s`,
          ({ currentTime }) => currentTime >= target && currentTime < target + 3,
        );
      }
    });

    test("and it is not notified twice", async () => {
      await assert.rejects(notifications.next(3_000), /said nothing/);
    });
  });
});

function sleepUntil(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, time - Date.now())));
}
