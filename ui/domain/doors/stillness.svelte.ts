import type { Attachment } from "svelte/attachments";

/** How long doors hold still after a touch: until an eye has found and a finger has reached the next one. */
export const STILL_MS = 1500;

/** How long what the person has arranged may move things: until the core has answered. */
const ARRANGING_MS = 1000;

/** What is asked about one door: its menu, or whether to open it from afar. */
const OPEN = '[aria-expanded="true"], [data-phase="asking"]';

/** Whether somebody is about to press something, so that nothing may move. */
export class Stillness {
  private touched = $state(false);
  private pressed = $state(false);
  private walked = $state(false);
  private arranging = $state(false);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isSomethingOpen = (): boolean => false;
  private arranged: ReturnType<typeof setTimeout> | undefined;

  get current(): boolean {
    return !this.arranging && (this.touched || this.pressed || this.walked);
  }

  /** Lets things move for a moment: the person has just said how. */
  giveWay(): void {
    this.arranging = true;
    clearTimeout(this.arranged);
    this.arranged = setTimeout(() => (this.arranging = false), ARRANGING_MS);
  }

  /** Watches a part of the page. */
  readonly watch: Attachment<HTMLElement> = (element) => {
    this.isSomethingOpen = () => element.querySelector(OPEN) !== null;
    const listeners: [keyof HTMLElementEventMap, (event: Event) => void][] = [
      ["pointermove", () => this.touch()],
      ["pointerdown", () => this.press()],
      ["keydown", () => this.touch()],
      // As a screen reader presses, with neither pointer nor key.
      ["click", () => this.touch()],
      // Who walks through it by keyboard would lose the place: a moved element loses focus.
      ["focusin", ({ target }) => this.walk(isWalkedTo(target))],
      ["focusout", () => this.walk(false)],
    ];
    const release = () => this.release();
    listeners.forEach(([name, listener]) => element.addEventListener(name, listener));
    addEventListener("pointerup", release);
    addEventListener("pointercancel", release);
    return () => {
      listeners.forEach(([name, listener]) => element.removeEventListener(name, listener));
      removeEventListener("pointerup", release);
      removeEventListener("pointercancel", release);
      clearTimeout(this.timer);
    };
  };

  private touch(): void {
    this.touched = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(), STILL_MS);
  }

  /** What was opened under the finger still waits there for its answer. */
  private settle(): void {
    if (this.isSomethingOpen()) this.touch();
    else this.touched = false;
  }

  /** Focus also goes when something focused is taken off the page, in the midst of drawing it: nothing may change then. */
  private walk(here: boolean): void {
    queueMicrotask(() => (this.walked = here));
  }

  private press(): void {
    this.pressed = true;
    this.touch();
  }

  private release(): void {
    if (!this.pressed) return;
    this.pressed = false;
    this.touch();
  }
}

function isWalkedTo(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches(":focus-visible");
}
