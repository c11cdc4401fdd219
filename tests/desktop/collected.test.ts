import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { App } from "./app.ts";
import { Notifications, type SeenNotification } from "./notifications.ts";
import { Site } from "./site.ts";

describe("a notification whose delivery was collected in the window", () => {
  let folder: string;
  let site: Site;
  let notifications: Notifications;
  let app: App;
  let atTheEntrance: SeenNotification;
  let inTheRoom: SeenNotification;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "vestibule-collected-"));
    site = await Site.start(join(folder, "site"));
    notifications = new Notifications();
    app = await App.start(join(folder, "app"));
    await app.enrol(await site.invite());
  });

  after(async () => {
    await app?.close();
    await notifications?.close();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function courierEnters(door: string, words: RegExp): Promise<SeenNotification> {
    const answer = await site.courierAt(door);
    assert.equal(answer.outcome, "unlocked");
    return notifications.about(words);
  }

  async function waitUntilShown(words: RegExp): Promise<void> {
    const shows = async () => words.test(await app.find("waiting-deliveries").getText());
    const timeoutMsg = `the first page never said ${words}`;
    await app.browser.waitUntil(shows, { timeout: 20_000, interval: 200, timeoutMsg });
  }

  /** Ends once the window is done with it: until then it ignores a further press. */
  async function collect(): Promise<void> {
    await app.find("delivery-collect").click();
    const isDone = async () => await app.find("delivery-undo").isFocused();
    const timeoutMsg = "nothing offered to take it back";
    await app.browser.waitUntil(isDone, { timeout: 20_000, interval: 100, timeoutMsg });
  }

  test("says that it was left in the package room, and so does its card", async () => {
    atTheEntrance = await courierEnters("Main entrance", /^Northline Parcel at Main entrance$/);
    assert.doesNotMatch(atTheEntrance.body, /package room/);
    inTheRoom = await courierEnters("Package room", /^Northline Parcel at Package room$/);
    assert.match(inTheRoom.body, /In the package room\./);
    await app.find("waiting-deliveries").waitForDisplayed({ timeout: 20_000 });
    await waitUntilShown(/2 deliveries to collect[^]*In the package room/);
    await app.screenshot("delivery-in-package-room");
  });

  test("is taken back, and the one at another door stays", async () => {
    await collect();
    await notifications.withdrawn(inTheRoom);
    assert.ok(!notifications.isWithdrawn(atTheEntrance));
    await waitUntilShown(/1 delivery to collect[^]*Main entrance/);
  });

  test("of two it counts the other, until that was collected too", async () => {
    const both = await courierEnters("Main entrance", /^2 deliveries at Main entrance$/);
    assert.equal(both.replaces, atTheEntrance.id);
    await waitUntilShown(/2 deliveries to collect/);
    await collect();
    const one = await notifications.about(/^Northline Parcel at Main entrance$/);
    assert.equal(one.replaces, both.id);
    assert.ok(!notifications.isWithdrawn(both));
    await collect();
    await notifications.withdrawn(both);
  });

  test("and the next delivery there is shown anew", async () => {
    const next = await courierEnters("Main entrance", /^Northline Parcel at Main entrance$/);
    assert.equal(next.replaces, 0);
  });
});
