/** How long a hold lasts until it counts. */
export const HOLD_MS = 1000;

/** How long the question waits for its answer. */
export const ASK_MS = 20_000;

/** An answer sooner than this was meant for what stood there before the question. */
export const SETTLE_MS = 400;

type Press = "tapped" | "held" | "given up";

/**
 * An act that wants either a hold or two presses: a pointer that stays down for `HOLD_MS` acts at once; a shorter press, a key or
 * a screen reader's click is asked back first.
 */
export class Hold {
  phase = $state<"resting" | "holding" | "asking">("resting");

  /** What the pointer did until it was let go; tells what the click after it means. */
  private lastPress: Press | null = null;
  private sinceMs = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly act: () => void) {}

  /** The pointer went down on the control. */
  press(): void {
    if (this.phase !== "resting") return;
    this.lastPress = null;
    this.enter("holding", HOLD_MS, () => {
      this.lastPress = "held";
      this.rest();
      this.act();
    });
  }

  /** The pointer was let go on the control. */
  release(): void {
    if (this.phase !== "holding") return;
    this.lastPress = "tapped";
    this.rest();
  }

  /** The pointer went elsewhere, or was taken away. */
  giveUp(): void {
    if (this.phase !== "holding") return;
    this.lastPress = "given up";
    this.rest();
  }

  /** The control was clicked; `byPointer` when that ends a press. */
  click(byPointer: boolean): void {
    const ended = byPointer ? this.lastPress : null;
    this.lastPress = null;
    if (ended === "held" || ended === "given up") return;
    this.enter("asking", ASK_MS, () => this.rest());
  }

  confirm(): void {
    if (this.phase !== "asking" || this.ageMs() < SETTLE_MS) return;
    this.rest();
    this.act();
  }

  /** Back to the start, whatever goes on. */
  rest(): void {
    clearTimeout(this.timer);
    this.phase = "resting";
  }

  private enter(phase: "holding" | "asking", ms: number, then: () => void): void {
    clearTimeout(this.timer);
    this.phase = phase;
    this.sinceMs = performance.now();
    this.timer = setTimeout(then, ms);
  }

  private ageMs(): number {
    return performance.now() - this.sinceMs;
  }
}
