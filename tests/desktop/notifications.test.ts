import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { App } from "./app.ts";
import { Notifications, type SeenNotification } from "./notifications.ts";
import { Site } from "./site.ts";
import { TrayMenu } from "./tray-menu.ts";

const DOOR = "Main entrance";

describe("deliveries, from the notification, the tray and the window", () => {
  let folder: string;
  let site: Site;
  let notifications: Notifications;
  let app: App;
  let tray: TrayMenu;
  let seen: SeenNotification;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "vestibule-notifications-"));
    site = await Site.start(join(folder, "site"));
    notifications = new Notifications();
    app = await App.start(join(folder, "app"));
    await app.enrol(await site.invite());
    tray = await TrayMenu.of((await app.processes())[0]?.pid ?? 0);
  });

  after(async () => {
    await app?.close();
    await notifications?.close();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function courierEnters(door = DOOR): Promise<void> {
    const answer = await site.courierAt(door);
    assert.equal(answer.outcome, "unlocked");
  }

  async function waitUntil(what: string, holds: () => Promise<boolean>): Promise<void> {
    await app.browser.waitUntil(holds, { timeout: 20_000, interval: 200, timeoutMsg: `never ${what}` });
  }

  test("a delivery's notification can be opened, watched and called collected", async () => {
    await courierEnters();
    seen = await notifications.about(/^Northline Parcel at Main entrance$/);
    assert.deepEqual(seen.actions, ["default", "Open", "watch", "Watch", "collected", "Collected"]);
    assert.match(seen.body, /Being filmed\.$/);
  });

  test("and the first page and the tray have it until it was collected", async () => {
    await app.find("waiting-deliveries").waitForDisplayed({ timeout: 20_000 });
    assert.match(await app.find("waiting-deliveries").getText(), /1 delivery to collect/);
    await waitUntil("in the tray", async () =>
      (await tray.labels()).includes("Collected: Northline Parcel, Main entrance"),
    );
    await app.screenshot("delivery-waiting");
  });

  test("another one shortly after takes its place, and counts both", async () => {
    await courierEnters();
    const both = await notifications.about(/^2 deliveries at Main entrance$/);
    assert.equal(both.replaces, seen.id);
    seen = both;
  });

  test("once it has been filmed, the notification says so in its place", async () => {
    const changed = await notifications.changed(seen, ({ body }) => !/Being filmed/.test(body));
    assert.equal(changed.summary, seen.summary);
    assert.ok(changed.picture, "it keeps its picture");
  });

  test("a delivery elsewhere has a place of its own, and “Watch” opens its clip", async () => {
    await courierEnters("Package room");
    const elsewhere = await notifications.about(/^Northline Parcel at Package room$/);
    assert.equal(elsewhere.replaces, 0);
    assert.notEqual(elsewhere.id, seen.id);
    const watch = elsewhere.actions.includes("watch") ? "watch" : "default";
    await notifications.answer(elsewhere, watch);
    const page = watch === "watch" ? "clip-player" : "view-activity";
    await app.find(page).waitForDisplayed({ timeout: 20_000 });
  });

  test("“Collected” marks both that the notification tells of, and not the other", async () => {
    await notifications.answer(seen, "collected");
    await app.goHome();
    await waitUntil("collected", async () =>
      /1 delivery to collect/.test(await app.find("waiting-deliveries").getText()),
    );
    assert.match(await app.find("waiting-deliveries").getText(), /Package room/);
    await waitUntil("in the tray", async () =>
      (await tray.labels()).includes("Collected: Northline Parcel, Package room"),
    );
    await app.goToActivity();
    await waitUntil("shown as collected", async () => {
      const collected = app.browser.$$('[data-testid="delivery"][data-state="collected"]');
      return (await collected.getElements()).length === 2;
    });
    await app.screenshot("deliveries-collected");
  });

  test("the tray marks the other, and then has none", async () => {
    await tray.click(/^Collected: /);
    await waitUntil("gone from the tray", async () =>
      (await tray.labels()).every((label) => !label.startsWith("Collected")),
    );
  });

  test("who chooses Español has it in the tray at once, and in notifications", async () => {
    await app.browser.execute(() => {
      location.hash = "#/settings";
    });
    await app.find("language").waitForDisplayed({ timeout: 20_000 });
    await app.browser.$('[data-testid="language"] label[lang="es"]').click();
    await waitUntil("Spanish in the tray", async () => {
      const labels = await tray.labels();
      return labels.includes("Abrir Main entrance") && labels.slice(-2).join() === "Abrir Vestibule,Salir";
    });
    await courierEnters("Package room");
    seen = await notifications.about(/^Northline Parcel en Package room$/);
    assert.match(seen.body, /^El conductor .+ entró a las /);
    assert.deepEqual(seen.actions.slice(0, 2), ["default", "Abrir"]);
    assert.deepEqual(seen.actions.slice(-2), ["collected", "Recogida"]);
    await waitUntil("Spanish in the tray", async () =>
      (await tray.labels()).includes("Recogida: Northline Parcel, Package room"),
    );
    await app.screenshot("settings-spanish");
  });

  for (const manners of ["refusing", "silent"] as const) {
    test(`with a ${manners} notification server the list is complete all the same`, async () => {
      await notifications.close();
      notifications = new Notifications(manners);
      const before = await app.browser.executeAsync(countActivity);
      await courierEnters();
      await waitUntil("listed", async () => (await app.browser.executeAsync(countActivity)) === before + 1);
      await assert.rejects(notifications.next(2_000), /said nothing/);
    });
  }

  test("and once there is one that works again, the next delivery is shown", async () => {
    await notifications.close();
    notifications = new Notifications();
    await courierEnters();
    const shown = await notifications.next(30_000);
    assert.match(shown.summary, /en Main entrance$/);
  });
});

/** Runs in the page: how much the app's core has listed. */
function countActivity(done: (count: number) => void): void {
  interface Internals {
    invoke(command: string, args: object): Promise<{ items: unknown[] }>;
  }
  const tauri = (window as unknown as { __TAURI_INTERNALS__: Internals }).__TAURI_INTERNALS__;
  void tauri.invoke("activity", { before: null, limit: 100 }).then(({ items }) => done(items.length));
}
