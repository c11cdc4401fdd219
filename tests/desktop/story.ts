/**
 * The story that `cargo xtask demo --headless` runs once, in the app's real window: a resident
 * enrols and unlocks, a courier is refused where it must be and enters where it may, the
 * notification arrives and its clip plays; the resident watches live; then the manager sets hours and a lockdown; a guest comes
 * with a keypad code, the door is held open and forced, and the resident opens the garage from afar.
 * Prints one JSON line a step and writes report.json.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { App } from "./app.ts";
import { saveClip } from "./clip.ts";
import { Notifications } from "./notifications.ts";
import { type CourierAnswer, Site, type SiteDoor, type StrikeMove } from "./site.ts";

interface Step {
  name: string;
  at_ms: number;
  ok: boolean;
}

const folder = process.argv[2] ?? "";
if (folder === "") throw new Error("usage: story.ts FOLDER");

const started = Date.now();
const report = {
  steps: [] as Step[],
  resident_unlock: { ms: 0, seq: 0 },
  courier_entry: { ms: 0, seq: 0 },
  denied_elsewhere: "",
  clip: { pre_roll_ms: 0, post_roll_ms: 0, frames_played: 0, verified: false },
  notification_seen: false,
  live: { ms: 0, frames: 0, recorded: false },
  hours: { denied: "", shown: "" },
  lockdown: { denied: "", shown: "", notified: false, lifted: false },
  keypad: { refused: "", shown: "", seq: 0, notified: false },
  held_open: { shown: "", notified: false, closed: false },
  forced: { shown: "", notified: false, closed: false },
  remote: { ms: 0, seq: 0, shown: "" },
};

async function step<T>(name: string, does: () => Promise<T>): Promise<T> {
  try {
    const value = await does();
    note(name, true);
    return value;
  } catch (error) {
    note(name, false);
    throw error;
  }
}

function note(name: string, ok: boolean): void {
  const done = { name, at_ms: Date.now() - started, ok };
  report.steps.push(done);
  console.log(JSON.stringify(done));
}

function deniedWith(answer: CourierAnswer, reason: string): void {
  if (answer.outcome !== "denied" || answer.reason !== reason) {
    throw new Error(`expected ${reason}, the door answered ${JSON.stringify(answer)}`);
  }
}

async function run(): Promise<void> {
  const site = await step("the hub, the doors and the cameras run", () => Site.start(join(folder, "site")));
  const camerasUp = Date.now();
  const notifications = new Notifications();
  const app = await step("the app's window opens", () => App.start(join(folder, "app")));
  try {
    await tell(site, app, notifications, camerasUp);
  } catch (error) {
    await app.screenshot("failed", folder).catch(() => undefined);
    throw error;
  } finally {
    await app.close();
    await notifications.close();
    await site.close();
  }
}

async function tell(site: Site, app: App, notifications: Notifications, camerasUp: number): Promise<void> {
  const entrance = site.door("Main entrance");
  await step("the resident enrols with an invite", async () => app.enrol(await site.invite()));
  await app.screenshot("1-doors", folder);
  await step("the resident unlocks the main entrance", async () => {
    const clicked = await app.unlock(entrance.id);
    const move = await site.unlockAfter(entrance.name, 0);
    report.resident_unlock = { ms: move.at_ms - clicked, seq: move.seq ?? 0 };
    await app.waitForUnlockState(entrance.id, "unlocked");
  });
  await app.screenshot("2-unlocked", folder);
  await step("the courier is refused at another building", async () => {
    const answer = await site.courierElsewhere();
    deniedWith(answer, "WrongBuilding");
    report.denied_elsewhere = "WrongBuilding";
  });
  await step("the courier is refused at an apartment door", async () =>
    deniedWith(await site.courierAt("Apartment 3B"), "UnitDoor"),
  );
  await step("the camera has seen more than ten seconds", () => until(camerasUp + 12_000));
  await courierEnters(site, entrance.name);
  const notification = await step("the resident is notified", () => notifications.next());
  report.notification_seen = true;
  await app.screenshot("3-courier-entered", folder);
  await step("a click on the notification opens the clip", async () => {
    await notifications.click(notification);
    await app.find("clip-player").waitForDisplayed({ timeout: 20_000 });
  });
  await step("the clip plays from before the door opened", () => playClip(app));
  await app.screenshot("4-clip", folder);
  await step("the clip is kept", () => saveClip(app, join(folder, "clip.mp4")));
  await residentWatchesLive(site, app, entrance);
  await app.goHome();
  await managerSetsHours(site, app, entrance);
  await managerLocksDown(site, app, notifications, entrance);
  await app.goToActivity();
  await guestTypesCode(site, app, notifications, entrance);
  await doorIsHeldOpen(site, app, notifications, entrance);
  await doorIsForced(site, app, notifications, entrance);
  await app.goHome();
  await residentOpensFromAfar(site, app, site.door("Garage"));
}

async function residentWatchesLive(site: Site, app: App, door: SiteDoor): Promise<void> {
  await step("the resident watches the door live", async () => {
    const asked = Date.now();
    await app.browser.execute((door) => {
      location.hash = `#/live/${door}`;
    }, door.id);
    await app.find("live-badge").waitForDisplayed({ timeout: 20_000, interval: 20 });
    report.live.ms = Date.now() - asked;
    report.live.frames = await app.waitForLiveFrames(10);
  });
  await app.screenshot("5-live", folder);
  await step("the building's log tells that a device watched", async () => {
    await app.goHome();
    await soon(async () => {
      const log = await site.audit();
      const told = log.filter((row) => row.door === door.id).map(({ event }) => Object.keys(event)[0]);
      return told.includes("live_started") && told.includes("live_ended");
    });
    report.live.recorded = true;
  });
}

async function managerSetsHours(site: Site, app: App, door: SiteDoor): Promise<void> {
  await step("the manager lets couriers in on other days only, and the app shows it", async () => {
    const whole = ["--days", otherDays(), "--from", "00:00", "--to", "24:00"];
    await site.manage("door", "hours", "set", door.id, "--class", "courier", ...whole);
    report.hours.shown = await app.waitForRule(door.id, "door-hours", /^Couriers /);
  });
  await step("the courier is refused outside these hours", async () => {
    await deniedSoon(() => site.courierAt(door.name), "OutsideHours");
    report.hours.denied = "OutsideHours";
  });
  await site.manage("door", "hours", "clear", door.id);
}

async function managerLocksDown(
  site: Site,
  app: App,
  notifications: Notifications,
  door: SiteDoor,
): Promise<void> {
  await step("the manager closes the building to visitors, and the app shows it", async () => {
    await site.manage("lockdown", "start", "--door", "all");
    report.lockdown.shown = await app.waitForRule(door.id, "door-lockdown", /closed to visitors/);
  });
  await step("the courier is refused in the lockdown", async () => {
    await deniedSoon(() => site.courierAt(door.name), "LockedDown");
    report.lockdown.denied = "LockedDown";
  });
  await step("the resident is notified of the lockdown", async () => {
    // The courier may have got in once more before the door took the rules up.
    await notifications.about(/^Lockdown at /);
    report.lockdown.notified = true;
  });
  await app.screenshot("6-lockdown", folder);
  await step("the resident still gets in", async () => {
    const seen = (await site.strike(door.name)).length;
    await app.unlock(door.id);
    await site.unlockAfter(door.name, seen);
  });
  await step("the manager lifts the lockdown, and the courier gets in again", async () => {
    await site.manage("lockdown", "stop", "--door", "all");
    await app.waitForNoRule(door.id, "door-lockdown");
    await soon(async () => (await site.courierAt(door.name)).outcome === "unlocked");
    report.lockdown.lifted = true;
  });
}

/** How long a door may stand open in this story: the least that the hub allows. */
const HELD_OPEN_S = 5;

async function guestTypesCode(
  site: Site,
  app: App,
  notifications: Notifications,
  door: SiteDoor,
): Promise<void> {
  const code = await step("the manager makes a keypad code for a guest", async () => {
    await site.manage("door", "set", door.id, "--held-open-s", `${HELD_OPEN_S}`);
    const guest = ["--name", "Ines Falk", "--class", "guest", "--once"];
    const made = await site.manage<{ code: string }>("code", "add", ...guest, "--door", door.id);
    return made.code;
  });
  await step("a wrong code is refused at the keypad, and the app shows it", async () => {
    await site.play(door.name, { act: "type_code", code: wrong(code) });
    report.keypad.refused = await app.waitForActivity(/ Main entrance Refused: Wrong code/);
  });
  await step("the guest types the code, and the strike moves", async () => {
    const move = await typedUntilOpen(site, door, code);
    report.keypad.seq = move.seq ?? 0;
  });
  // The guest walks in.
  await site.play(door.name, { act: "open" });
  await step("the app shows the guest, who came with a code", async () => {
    report.keypad.shown = await app.waitForActivity(/^Ines Falk Main entrance Guest, with a code/);
    await notifications.about(/^Ines Falk at Main entrance$/);
    report.keypad.notified = true;
  });
  await picture(app, "7-keypad");
}

/** A picture of what the window has just been seen to say: it says it before it paints it. */
async function picture(app: App, name: string): Promise<void> {
  await until(Date.now() + 300);
  await app.screenshot(name, folder);
}

/** Another code than this one, with as many digits. */
function wrong(code: string): string {
  return code.replace(/^\d/, (digit) => `${(Number(digit) + 1) % 10}`);
}

/** The door takes a new code up within a second or so; until then it is a wrong one. */
async function typedUntilOpen(site: Site, door: SiteDoor, code: string): Promise<StrikeMove> {
  const seen = (await site.strike(door.name)).length;
  for (let left = 2; ; left -= 1) {
    await site.play(door.name, { act: "type_code", code });
    try {
      return await site.unlockAfter(door.name, seen, 4_000);
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

/** The door has stood open since the guest came in. */
async function doorIsHeldOpen(
  site: Site,
  app: App,
  notifications: Notifications,
  door: SiteDoor,
): Promise<void> {
  await step("the door stands open for too long, and the app says so", async () => {
    const words = new RegExp(`^Open for ${HELD_OPEN_S} s Main entrance`);
    report.held_open.shown = await app.waitForActivity(words);
    await notifications.about(/^Main entrance stands open$/);
    report.held_open.notified = true;
  });
  await picture(app, "8-held-open");
  await step("somebody shuts it, and the app says so", async () => {
    await site.play(door.name, { act: "close" });
    await app.waitForActivity(/^Shut again Main entrance/);
    report.held_open.closed = true;
  });
}

async function doorIsForced(
  site: Site,
  app: App,
  notifications: Notifications,
  door: SiteDoor,
): Promise<void> {
  await step("the door is forced open, and the app says so", async () => {
    await site.play(door.name, { act: "open" });
    report.forced.shown = await app.waitForActivity(/^Forced open Main entrance/);
    await notifications.about(/^Main entrance was forced open$/);
    report.forced.notified = true;
  });
  await picture(app, "9-forced");
  await step("it is shut again, and the app says so", async () => {
    await site.play(door.name, { act: "close" });
    await app.waitForActivity(/^Shut again Main entrance/, 2);
    report.forced.closed = true;
  });
}

/** No phone is near the garage: the app asks it through the hub. */
async function residentOpensFromAfar(site: Site, app: App, door: SiteDoor): Promise<void> {
  await step("the resident, who is elsewhere, holds to open the garage", async () => {
    const seen = (await site.strike(door.name)).length;
    const pressed = await app.holdToOpen(door.id);
    const move = await site.unlockAfter(door.name, seen);
    report.remote = { ...report.remote, ms: move.at_ms - pressed, seq: move.seq ?? 0 };
    await app.waitForUnlockState(door.id, "unlocked");
  });
  await picture(app, "10-from-afar");
  await app.goToActivity();
  await step("the resident's own list says that it was from afar", async () => {
    report.remote.shown = await app.waitForActivity(/^You Garage Opened remotely/);
  });
  await picture(app, "11-from-afar-in-the-list");
}

/** Days of the week of which none is today, in any time zone. */
function otherDays(): string {
  const names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
  const today = new Date().getUTCDay();
  return [2, 3, 4, 5].map((ahead) => names[(today + ahead) % 7]).join(",");
}

/** The door takes up what was just ruled within a second or so; until then it may still open. */
async function deniedSoon(ask: () => Promise<CourierAnswer>, reason: string): Promise<void> {
  let answer = await ask();
  const end = Date.now() + 10_000;
  while (answer.outcome === "unlocked" && Date.now() < end) {
    await until(Date.now() + 500);
    answer = await ask();
  }
  deniedWith(answer, reason);
}

async function soon(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("it did not come about within 10 s");
    await until(Date.now() + 500);
  }
}

async function courierEnters(site: Site, door: string): Promise<void> {
  await step("the courier enters the main entrance", async () => {
    const asked = Date.now();
    const seen = (await site.strike(door)).length;
    const answer = await site.courierAt(door);
    if (answer.outcome !== "unlocked") throw new Error(`denied: ${answer.reason}`);
    const move = await site.unlockAfter(door, seen);
    report.courier_entry = { ms: move.at_ms - asked, seq: answer.seq };
  });
}

async function playClip(app: App): Promise<void> {
  // The door films on for the post-roll before it closes the clip.
  await app.waitForPlayback("started", ({ currentTime, frames }) => currentTime > 1 && frames > 10);
  const played = await app.waitForPlayback(
    "showed five seconds and was proven",
    ({ currentTime, verified }) => currentTime > 5 && verified === "true",
  );
  const timeline = await app.timeline();
  report.clip = {
    pre_roll_ms: timeline.preRollMs,
    post_roll_ms: timeline.postRollMs,
    frames_played: played.frames,
    verified: timeline.verified && played.verified === "true",
  };
  if (!report.clip.verified) throw new Error("the app did not verify the clip");
  if (report.clip.pre_roll_ms < 10_000) throw new Error(`pre-roll of ${report.clip.pre_roll_ms} ms`);
}

function until(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, time - Date.now())));
}

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await writeFile(join(folder, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
}
