import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test as base } from "@playwright/test";

const screenshots = fileURLToPath(new URL("../../target/screenshots/web", import.meta.url));

/** Some evening on which the mocked building's day makes sense. */
export const NOW = new Date("2026-05-12T18:42:00+02:00");

/** A phone, a tablet and a laptop. */
export const sizes = {
  phone: { width: 360, height: 740 },
  tablet: { width: 820, height: 1180 },
  laptop: { width: 1440, height: 900 },
};

interface Mock {
  calls: { name: string; args: unknown[] }[];
  emit(event: string, payload: unknown): void;
  bring(errand: object): void;
  snapshot(): Promise<{ doors: { id: string }[] }>;
  activity(before: number | null, limit: number): Promise<{ items: object[] }>;
  happen(item: object): void;
  setPreferences(preferences: object): Promise<unknown>;
}

declare global {
  interface Window {
    vestibuleMock: Mock;
  }
}

/** The app's window over the mocked core. */
export class AppWindow {
  constructor(readonly page: Page) {}

  /** Opens scenario `query`, such as `mock=doors-nearby`, at a page of the app. */
  async open(query: string, route = ""): Promise<void> {
    await this.page.goto(`/?${query}&pace=20${route && `#/${route}`}`);
  }

  find(testId: string) {
    return this.page.getByTestId(testId);
  }

  door(id: string) {
    return this.page.locator(`[data-testid="door-card"][data-door-id="door-${id}"]`);
  }

  async calls(name: string): Promise<unknown[][]> {
    const calls = await this.page.evaluate(() => window.vestibuleMock.calls);
    return calls.filter((call) => call.name === name).map(({ args }) => args);
  }

  /** The mocked core's snapshot at its start. */
  snapshot(): Promise<{ doors: { id: string }[] }> {
    return this.page.evaluate(() => window.vestibuleMock.snapshot());
  }

  /** The newest page of activity. */
  async activity(): Promise<object[]> {
    const { items } = await this.page.evaluate(() => window.vestibuleMock.activity(null, 60));
    return items;
  }

  async emit(event: string, payload: unknown): Promise<void> {
    await this.page.evaluate(([event, payload]) => window.vestibuleMock.emit(event, payload), [
      event,
      payload,
    ] as const);
  }

  /** Something comes from outside, as a link to a door. */
  async bring(errand: object): Promise<void> {
    await this.page.evaluate((errand) => window.vestibuleMock.bring(errand), errand);
  }

  async screenshot(name: string, variant: string): Promise<void> {
    await this.page.screenshot({
      path: `${screenshots}/${name}-${variant}.png`,
      animations: "disabled",
    });
  }

  /** Where something is, in the window's pixels. */
  async box(testId: string): Promise<{ x: number; y: number; width: number; height: number }> {
    const box = await this.find(testId).boundingBox();
    if (!box) throw new Error(`${testId} is not on screen.`);
    return box;
  }

  /** Until what a change of size or theme sets off is on screen. */
  async settled(): Promise<void> {
    await this.page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
  }

  async expectAccessible(): Promise<void> {
    await this.expectNoViolations((axe) =>
      axe.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]),
    );
  }

  /** The part of it that differs from theme to theme. */
  async expectContrast(): Promise<void> {
    await this.expectNoViolations((axe) => axe.withRules("color-contrast"));
  }

  private async expectNoViolations(choose: (axe: AxeBuilder) => AxeBuilder): Promise<void> {
    await this.page.evaluate(recoloured);
    // There are no frames, which alone need a page more.
    const axe = new AxeBuilder({ page: this.page }).setLegacyMode();
    const { violations } = await choose(axe).analyze();
    const found = violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join("\n")}`,
    );
    expect(found).toEqual([]);
  }

  /** No word is cut off or sticks out, and everything to press is at least 44 px in both directions. */
  async expectRoomForThumbs(): Promise<void> {
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    expect(await this.page.evaluate(wordsThatDoNotFit)).toEqual([]);
    const small = await this.page.evaluate(() =>
      [...document.querySelectorAll("button, a, select, label:has(input), input:not(label input)")]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        .map((element) => ({
          html: element.outerHTML.slice(0, 120),
          box: element.getBoundingClientRect(),
        }))
        .filter(({ box }) => Math.round(box.width) < 44 || Math.round(box.height) < 44)
        .map(({ html, box }) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`),
    );
    expect(small).toEqual([]);
  }
}

/** Ends every change of colour that is under way: half way, few have contrast. */
function recoloured(): void {
  for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish();
}

/** Shown words that stick out at the side of the window, of what they press, or of what cuts them off. */
function wordsThatDoNotFit(): string[] {
  const found: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = document.createRange();
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent?.checkVisibility({ visibilityProperty: true })) continue;
    if (parent.closest(".visually-hidden")) continue;
    words.selectNodeContents(walker.currentNode);
    const { left, right, width } = words.getBoundingClientRect();
    if (width === 0) continue;
    for (let element: Element | null = parent; element; element = element.parentElement) {
      const { overflowX } = getComputedStyle(element);
      if (overflowX === "auto" || overflowX === "scroll") break;
      if (overflowX === "visible" && !element.matches("button, a, label, body")) continue;
      const box = element.getBoundingClientRect();
      if (left >= box.left - 1 && right <= box.right + 1) continue;
      found.push(`"${walker.currentNode.textContent}" in ${element.outerHTML.slice(0, 120)}`);
      break;
    }
  }
  return found;
}

/** Chromium without a graphics card reads back what WebGL drew, and tells of it. */
const SOFTWARE_DRAWING = /GPU stall due to ReadPixels/;

/** Every test fails on an uncaught error, a console error, or a refusal by the content security policy. */
export const test = base.extend<{ app: AppWindow; expectedErrors: { texts: RegExp[] } }>({
  expectedErrors: [{ texts: [] }, { option: true }],
  app: async ({ page, expectedErrors }, use) => {
    const errors: string[] = [];
    const note = (text: string) => {
      const expected = [...expectedErrors.texts, SOFTWARE_DRAWING];
      if (!expected.some((known) => known.test(text))) errors.push(text);
    };
    page.on("pageerror", (error) => note(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") note(message.text());
    });
    await use(new AppWindow(page));
    expect(errors).toEqual([]);
  },
});

export { expect };
