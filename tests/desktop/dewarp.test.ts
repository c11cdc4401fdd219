import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { findLight, LEAST_MARKS, line, measure, type Measured, MOST_MEAN_PX } from "../lens/measure.ts";
import { type Lens, movie, type Setting, truth } from "../lens/truth.ts";
import { App } from "./app.ts";
import { Site } from "./site.ts";

/** Its post-roll goes on until the film has come round to its marks once more, wherever it stood at the attempt. */
const CAMERA = {
  source: `{ kind = "file", path = ${JSON.stringify(movie)} }`,
  size: [truth.width, truth.height],
  fps: 10,
  pre_roll_s: 2,
  post_roll_s: Math.ceil(truth.durationMs / 1000) + 2,
  lens: inlineTable(truth.lens),
};

describe("a door's clip straightened in the app's own window", () => {
  let folder: string;
  let site: Site;
  let app: App;
  let clip: string;
  let marksS: number;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "vestibule-dewarp-"));
    site = await Site.start(join(folder, "site"), JSON.stringify(CAMERA));
    app = await App.start(join(folder, "app"));
    await app.browser.setWindowSize(1240, 860);
    await app.enrol(await site.invite());
    const answer = await site.courierAt("Main entrance");
    assert.equal(answer.outcome, "unlocked");
    clip = await app.readyClip();
    marksS = await whereMarksAre();
  });

  after(async () => {
    await app?.close();
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  for (const setting of truth.settings) {
    const { panDeg, tiltDeg, zoom } = setting;
    test(`has its marks where an ideal camera shows them: pan ${panDeg}, tilt ${tiltDeg}, zoom ${zoom}`, async () => {
      await lookAs(setting);
      await stopAt(marksS);
      const found = await settled(setting);
      console.log(line(found));
      await app.screenshot(`dewarp-pan${panDeg}-tilt${tiltDeg}-zoom${zoom}-webkit`);
      assert.ok(found.marks >= LEAST_MARKS, `only ${found.marks} marks`);
      assert.ok(found.meanPx <= MOST_MEAN_PX, line(found));
    });
  }

  /** The film shows its marks for two seconds of each round; the clip began anywhere in it. */
  async function whereMarksAre(): Promise<number> {
    const [setting] = truth.settings;
    assert.ok(setting);
    await lookAs(setting);
    const { fragments } = await app.timeline();
    const endS = Math.max(...fragments.map(({ startMs, durationMs }) => startMs + durationMs)) / 1000;
    for (let seconds = 0; seconds < endS - 0.5; seconds += 0.5) {
      await stopAt(seconds);
      // Not at the edge of the two seconds.
      if (await measured(setting).catch(() => null)) return seconds + 0.5;
    }
    throw new Error("The clip shows the marks nowhere.");
  }

  /** Opens the clip as somebody who looked so before in this session. */
  async function lookAs({ panDeg, tiltDeg, zoom }: Setting): Promise<void> {
    const looked = { whole: false, chosen: null, view: { panDeg, tiltDeg, zoom } };
    await app.goHome();
    await app.browser.execute(
      (door, looked, clip) => {
        sessionStorage.setItem(`looked:${door}`, looked);
        location.hash = `#/activity/${clip}`;
      },
      site.door("Main entrance").id,
      JSON.stringify(looked),
      clip,
    );
    await app.waitForPlayback("started", ({ state }) => state === "playing");
    await app.find("lens-view").waitForDisplayed({ timeout: 20_000 });
    await app.browser.execute(() => {
      const buttons = document.querySelector<HTMLElement>('[data-testid="lens-zoom"]');
      if (buttons) buttons.style.visibility = "hidden";
    });
  }

  async function stopAt(seconds: number): Promise<void> {
    await app.browser.executeAsync<void, [number]>((seconds, done) => {
      const video = document.querySelector("video");
      if (!video) return done();
      video.pause();
      video.addEventListener(
        "seeked",
        () => requestAnimationFrame(() => requestAnimationFrame(() => done())),
        {
          once: true,
        },
      );
      video.currentTime = seconds;
    }, seconds);
  }

  /** The picture that was asked for last may still be on its way to the screen. */
  async function settled(setting: Setting): Promise<Measured> {
    const end = Date.now() + 20_000;
    for (;;) {
      try {
        const found = await measured(setting);
        if (found.meanPx <= MOST_MEAN_PX || Date.now() > end) return found;
      } catch (error) {
        if (Date.now() > end) throw error;
      }
    }
  }

  async function measured(setting: Setting): Promise<Measured> {
    const { browser } = app;
    const png = await browser.takeScreenshot();
    const box = await browser.execute(() => {
      const { left, top, width, height } = document
        .querySelector('[data-testid="lens-view"]')!
        .getBoundingClientRect();
      return { left, top, width, height };
    });
    return measure(setting, box, async (places) => await browser.execute(findLight, png, places));
  }
});

/** The lens in the words of the door's configuration, which are TOML. */
function inlineTable(lens: Lens): string {
  const named = { ...lens, tilt_deg: lens.tiltDeg, max_theta_deg: lens.maxThetaDeg };
  const { tiltDeg: _, maxThetaDeg: __, ...table } = named;
  // Numbers, lists of them and strings look the same in JSON.
  const lines = Object.entries(table).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return `{ ${lines.join(", ")} }`;
}
