import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { App, startAgain } from "./app.ts";
import { type AuditRow, Site, type SiteDoor } from "./site.ts";

describe("doors that open only when the resident says so, in the app's real window", () => {
  let folder: string;
  let data: string;
  let site: Site;
  let app: App;
  let garage: SiteDoor;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "vestibule-remote-"));
    data = join(folder, "app");
    site = await Site.start(join(folder, "site"));
    app = await App.start(data);
    await app.enrol(await site.invite());
    garage = site.door("Garage");
  });

  after(async () => {
    await app?.close();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const isUnmoved = async (door: string) => assert.deepEqual(await site.strike(door), []);

  test("a short press on a door that is out of reach asks first, and cancelling opens nothing", async () => {
    const hold = app.doorControl(garage.id, "remote-hold");
    await hold.waitForDisplayed({ timeout: 20_000 });
    await hold.click();
    await app.doorControl(garage.id, "remote-hold-question").waitForDisplayed({ timeout: 20_000 });
    await app.screenshot("remote-asks");
    await app.browser.keys("Escape");
    await app.doorControl(garage.id, "remote-hold-question").waitForExist({ reverse: true });
    await isUnmoved(garage.name);
  });

  test("a hold opens it through the hub, and the app says that it was from here", async () => {
    await app.holdToOpen(garage.id);
    const move = await site.unlockAfter(garage.name, 0);
    assert.ok(move.seq !== null && move.seq > 0);
    await app.waitForUnlockState(garage.id, "unlocked");
    await app.screenshot("remote-unlocked");
    await app.waitForUnlockState(garage.id, "idle", 30_000);
    await app.goToActivity();
    await app.waitForActivity(/^You Garage Opened remotely/);
    await app.goHome();
  });

  test("and the door's own record says so too, and not who it was", async () => {
    let entry: AuditRow | undefined;
    await app.browser.waitUntil(
      async () => {
        const log = await site.audit();
        entry = log.find(({ door, event }) => door === garage.id && "entry" in event);
        return entry !== undefined;
      },
      { timeout: 20_000, timeoutMsg: "the garage's entry never came to the building's log" },
    );
    const told = entry?.event.entry as { link: string; person: unknown };
    assert.equal(told.link, "remote");
    assert.ok(!JSON.stringify(told).includes(site.home.resident), JSON.stringify(told));
  });

  test("a question is answered by keyboard alone, and that opens it as well", async () => {
    const seen = (await site.strike(garage.name)).length;
    await app.browser.execute((id) => {
      document.querySelector<HTMLElement>(`[data-door-id="${id}"] [data-testid="remote-hold"]`)?.focus();
    }, garage.id);
    await app.browser.keys("Enter");
    const confirm = app.doorControl(garage.id, "remote-hold-confirm");
    await confirm.waitForDisplayed({ timeout: 20_000 });
    await app.browser.waitUntil(async () => confirm.isFocused(), { timeout: 10_000 });
    // What comes as fast as the second press of two is no answer.
    await app.browser.pause(600);
    await app.browser.keys("Enter");
    await site.unlockAfter(garage.name, seen);
  });

  test("a link to a door shows it and opens nothing until the person says so", async () => {
    const entrance = site.door("Main entrance");
    await startAgain(data, `vestibule://door/${entrance.id}`);
    await app.find("errand-open").waitForDisplayed({ timeout: 20_000 });
    await app.screenshot("link-to-door");
    await isUnmoved(entrance.name);
    await app.find("errand-cancel").click();
    await app.find("errand-open").waitForExist({ reverse: true });
    await isUnmoved(entrance.name);
    await startAgain(data, `vestibule://door/${entrance.id}`);
    await app.find("errand-open").waitForDisplayed({ timeout: 20_000 });
    // What comes as soon as the question was meant for something else.
    await app.browser.pause(600);
    await app.find("errand-open").click();
    await site.unlockAfter(entrance.name, 0);
  });
});
