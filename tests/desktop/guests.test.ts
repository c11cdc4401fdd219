import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { chromium } from "@playwright/test";

import { App } from "./app.ts";
import { Site, type SiteDoor } from "./site.ts";

describe("a pass for a guest, in the app's real window, at a real door and in the guest's browser", () => {
  let folder: string;
  let site: Site;
  let app: App;
  let door: SiteDoor;
  let code: string;
  let link: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "vestibule-guests-"));
    site = await Site.start(join(folder, "site"));
    app = await App.start(join(folder, "app"));
    await app.enrol(await site.invite());
    door = site.door("Main entrance");
  });

  after(async () => {
    await app?.close();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("a resident makes a pass for tonight", async () => {
    await app.find("nav-guests").click();
    await app.find("guests-empty").waitForDisplayed({ timeout: 20_000 });
    await app.screenshot("guests-empty");
    await app.find("pass-new").click();
    await app.find("guest-name").waitForDisplayed();
    await app.find("guest-name").setValue("Ines Falk");
    await chooseDoor(app, door.name);
    await app.screenshot("guest-new");
    assert.equal(await app.find("guest-until").getProperty("type"), "datetime-local");
    await app.find("guest-make").click();
    await app.find("pass-code").waitForDisplayed({ timeout: 20_000 });
    code = await app.find("pass-code").getText();
    assert.match(code, /^\d{6}$/);
    await app.screenshot("guest-pass");
  });

  test("the link is copied from the window, and leads to the building's own server", async () => {
    await app.find("pass-copy-link").click();
    await app.browser.waitUntil(
      async () => (await app.find("pass-copy-link").getAttribute("data-outcome")) === "copied",
      { timeout: 10_000, timeoutMsg: "the link was not copied" },
    );
    link = await linkOf(app);
    assert.match(link, /^https:\/\/127\.0\.0\.1:\d+\/pass\/[\w-]{22}$/);
  });

  test("the guest's browser shows the code, with no app and without a script", async () => {
    const page = await opened(link);
    assert.match(page, new RegExp(code));
    assert.match(page, /Main entrance/);
    assert.doesNotMatch(page, /Ines Falk/);
  });

  test("the code opens the door, and the entry is the guest's", async () => {
    await app.find("pass-done").click();
    const seen = (await site.strike(door.name)).length;
    await site.play(door.name, { act: "type_code", code });
    await site.unlockAfter(door.name, seen);
    await app.goToActivity();
    await app.waitForActivity(/^Ines Falk Main entrance Guest, with your pass/);
    await app.screenshot("guest-entered");
  });

  test("revoked in the app, the code is refused at the door and the page shows nothing", async () => {
    await app.find("nav-guests").click();
    await app.find("pass-row-revoke").waitForClickable({ timeout: 20_000 });
    await app.find("pass-row-revoke").click();
    await app.find("pass-revoke-confirm").waitForClickable();
    await app.screenshot("guest-revoke");
    await app.find("pass-revoke-confirm").click();
    await app.browser.waitUntil(
      async () => (await app.find("pass-row").getAttribute("data-state")) === "revoked",
      { timeout: 20_000, timeoutMsg: "the pass was not shown as revoked" },
    );
    await refusedSoon(site, app, door, code);
    const page = await opened(link);
    assert.match(page, /There is nothing here/);
    assert.doesNotMatch(page, new RegExp(`${code}|Main entrance|${site.home.name}`));
    await app.screenshot("guest-revoked");
  });
});

/** Has the pass that is described open this door and no other. */
async function chooseDoor(app: App, name: string): Promise<void> {
  for (const label of await app.browser.$$('[data-testid="guest-doors"] label').getElements()) {
    const wanted = (await label.getText()).trim() === name;
    if ((await label.$("input").isSelected()) !== wanted) await label.click();
  }
}

/** The link as the app's core tells it to its window: what is on the clipboard is not for the test to read. */
async function linkOf(app: App): Promise<string> {
  return app.browser.executeAsync<string, []>((done) => {
    interface List {
      passes: { shown: { link: { url: string } | null } | null }[];
    }
    interface Core {
      invoke(command: string, args: object): Promise<List>;
    }
    const { __TAURI_INTERNALS__: core } = window as unknown as { __TAURI_INTERNALS__: Core };
    void core.invoke("passes", {}).then(({ passes }) => done(passes[0]?.shown?.link?.url ?? ""));
  });
}

/** What an ordinary browser shows of a page whose warning was read and passed, with scripts switched off. */
async function opened(link: string): Promise<string> {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(link);
    return await page.locator("body").innerText();
  } finally {
    await browser.close();
  }
}

/** The door takes a revocation up within a second or so; until then the code still opens. */
async function refusedSoon(site: Site, app: App, door: SiteDoor, code: string): Promise<void> {
  const refusals = () => site.audit().then((rows) => rows.filter(({ event }) => "denied" in event).length);
  const before = await refusals();
  const end = Date.now() + 15_000;
  while ((await refusals()) === before) {
    if (Date.now() > end) throw new Error("the door never refused the revoked code");
    await site.play(door.name, { act: "type_code", code });
    await app.browser.pause(1000);
  }
  const seen = (await site.strike(door.name)).length;
  await site.play(door.name, { act: "type_code", code });
  await assert.rejects(site.unlockAfter(door.name, seen, 3_000), /did not unlock/);
}
