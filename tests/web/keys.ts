import { type AppWindow, expect } from "./window.ts";

/** Somebody with a keyboard and nothing else. */
export class Keys {
  constructor(private readonly app: AppWindow) {}

  press(key: string): Promise<void> {
    return this.app.page.keyboard.press(key);
  }

  write(text: string): Promise<void> {
    return this.app.page.keyboard.insertText(text);
  }

  /** Goes forward to the control, within that door if one is named. Whatever is passed shows that it has the focus. */
  async to(testId: string, door?: string): Promise<void> {
    const seen: string[] = [];
    for (let presses = 0; presses < 60; presses += 1) {
      await this.press("Tab");
      const at = await this.app.page.evaluate(focused);
      if (at === null) continue;
      expect(at.shown, `${at.name} shows that it has the focus`).toBe(true);
      expect(at.inSight, `${at.name} is in sight`).toBe(true);
      seen.push(at.name);
      if (at.name === testId && (door === undefined || at.door === `door-${door}`)) return;
    }
    throw new Error(`Tab never reached ${testId}, but ${seen.join(", ")}.`);
  }

  async at(testId: string): Promise<void> {
    await expect(this.app.page.locator(":focus")).toHaveAttribute("data-testid", testId);
  }
}

/** Goes forward to the control. */
export async function tabTo({ page }: AppWindow, testId: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => document.activeElement?.getAttribute("data-testid"));
    if (at === testId) return;
  }
  throw new Error(`Tab never reached ${testId}.`);
}

interface Focused {
  name: string;
  door: string | undefined;
  /** It has an outline, or what stands for it on screen has. */
  shown: boolean;
  inSight: boolean;
}

function focused(): Focused | null {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return null;
  const hasOutline = (each: Element | null) => {
    if (!each) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  const shape = element.matches(".visually-hidden, search input") ? element.parentElement : element;
  const { top, bottom, left, right, height } = (shape ?? element).getBoundingClientRect();
  const inside = Math.min(bottom, innerHeight) - Math.max(top, 0);
  return {
    name: element.dataset["testid"] ?? element.textContent?.trim() ?? element.tagName,
    door: element.closest<HTMLElement>("[data-door-id]")?.dataset["doorId"],
    shown: hasOutline(shape),
    inSight: inside >= Math.min(24, height) && right > 0 && left < innerWidth,
  };
}
