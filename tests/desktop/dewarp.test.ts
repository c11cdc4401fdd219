import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { findLight, LEAST_MARKS, line, measure, type Measured, MOST_MEAN_PX } from "../lens/measure.ts";
import { type Setting, truth } from "../lens/truth.ts";
import { freePort } from "./app.ts";
import { MockUi } from "./mock-ui.ts";
import { screenshots } from "./programs.ts";
import { WebKitWindow } from "./webkit.ts";

describe("a straightened picture in WebKitGTK", () => {
  let ui: MockUi;
  let window: WebKitWindow;

  before(async () => {
    ui = await MockUi.serve(await freePort());
    window = await WebKitWindow.open(await freePort());
    await window.browser.setWindowSize(1240, 860);
  });

  after(async () => {
    await window?.close();
    ui?.close();
  });

  for (const setting of truth.settings) {
    const { panDeg, tiltDeg, zoom } = setting;
    test(`has its marks where an ideal camera shows them: pan ${panDeg}, tilt ${tiltDeg}, zoom ${zoom}`, async () => {
      await watchMarks(setting);
      const found = await settled(setting);
      console.log(line(found));
      assert.ok(found.marks >= LEAST_MARKS, `only ${found.marks} marks`);
      assert.ok(found.meanPx <= MOST_MEAN_PX, line(found));
    });
  }

  /** Opens the clip as somebody who looked so before in this session, and stops where it shows its marks. */
  async function watchMarks({ panDeg, tiltDeg, zoom }: Setting): Promise<void> {
    const { browser } = window;
    const looked = { whole: false, chosen: null, view: { panDeg, tiltDeg, zoom } };
    await browser.url(`${ui.url}/?pace=20`);
    await browser.execute(
      (looked) => sessionStorage.setItem("looked:door-main", looked),
      JSON.stringify(looked),
    );
    // Another address each time, as one that differs behind the # only would not load the page anew.
    await browser.url(`${ui.url}/?pace=20&zoom=${zoom}#/activity/clip-wide`);
    await browser.$('[data-testid="clip-player"][data-state="playing"]').waitForExist({ timeout: 30_000 });
    await browser.execute((ms) => {
      const video = document.querySelector("video");
      video?.pause();
      if (video) video.currentTime = ms / 1000;
      const buttons = document.querySelector<HTMLElement>('[data-testid="lens-zoom"]');
      if (buttons) buttons.style.visibility = "hidden";
    }, truth.marksMs + 500);
  }

  /** The picture that was asked for last may still be on its way to the screen. */
  async function settled(setting: Setting): Promise<Measured> {
    const end = Date.now() + 20_000;
    for (;;) {
      const png = await window.browser.takeScreenshot();
      const name = `dewarp-pan${setting.panDeg}-tilt${setting.tiltDeg}-zoom${setting.zoom}-webkit.png`;
      await mkdir(screenshots, { recursive: true });
      await writeFile(join(screenshots, name), png, "base64");
      try {
        const found = await measureIn(png, setting);
        if (found.meanPx <= MOST_MEAN_PX || Date.now() > end) return found;
      } catch (error) {
        if (Date.now() > end) throw error;
      }
    }
  }

  async function measureIn(png: string, setting: Setting): Promise<Measured> {
    const { browser } = window;
    const box = await browser.execute(() => {
      const { left, top, width, height } = document
        .querySelector('[data-testid="lens-view"]')!
        .getBoundingClientRect();
      return { left, top, width, height };
    });
    return measure(setting, box, async (places) => await browser.execute(findLight, png, places));
  }
});
