import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { STILL_MS, Stillness } from "./stillness.svelte";

class FakeElement extends EventTarget {
  constructor(private readonly isFocusVisible = false) {
    super();
  }

  open: object | null = null;

  matches(): boolean {
    return this.isFocusVisible;
  }

  querySelector(): object | null {
    return this.open;
  }
}

let page: EventTarget;
let element: FakeElement;
let stillness: Stillness;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("HTMLElement", FakeElement);
  page = new EventTarget();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  element = new FakeElement(true);
  stillness = new Stillness();
  stillness.watch(element as unknown as HTMLElement);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const happens = (name: string, on: EventTarget = element) => on.dispatchEvent(new Event(name));

describe("doors", () => {
  it("hold still for a while after a touch, and move again then", () => {
    expect(stillness.current).toBe(false);
    happens("pointermove");
    vi.advanceTimersByTime(STILL_MS - 1);
    expect(stillness.current).toBe(true);
    vi.advanceTimersByTime(1);
    expect(stillness.current).toBe(false);
  });

  it("hold still as long as a finger is down, wherever it is lifted", () => {
    happens("pointerdown");
    vi.advanceTimersByTime(STILL_MS * 10);
    expect(stillness.current).toBe(true);
    happens("pointerup", page);
    expect(stillness.current).toBe(true);
    vi.advanceTimersByTime(STILL_MS);
    expect(stillness.current).toBe(false);
  });

  it("hold still while somebody is there by keyboard", async () => {
    happens("focusin");
    await Promise.resolve();
    vi.advanceTimersByTime(STILL_MS * 10);
    expect(stillness.current).toBe(true);
    happens("focusout");
    await Promise.resolve();
    expect(stillness.current).toBe(false);
  });

  it("hold still as long as a menu or a question of theirs is open", () => {
    happens("click");
    element.open = {};
    vi.advanceTimersByTime(STILL_MS * 10);
    expect(stillness.current).toBe(true);
    element.open = null;
    vi.advanceTimersByTime(STILL_MS);
    expect(stillness.current).toBe(false);
  });

  it("move at once when the person arranges them", () => {
    happens("pointermove");
    stillness.giveWay();
    expect(stillness.current).toBe(false);
    vi.advanceTimersByTime(1000);
    happens("pointermove");
    expect(stillness.current).toBe(true);
  });
});
