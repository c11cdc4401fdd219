import { m } from "$messages";
import { announcer } from "$shared/announcer.svelte";
import type { App } from "../app.svelte";
import { toAppError } from "../errors";
import { describeFailure, type Failure } from "../failure";

/** The sheet with the resident's own code, while it is open. The digits are here only while they are shown. */
export class CodeSheet {
  code = $state.raw<string | null>(null);
  busy = $state(false);
  /** Whether it asks if the code shall be replaced. */
  replacing = $state(false);
  failure = $state.raw<Failure | null>(null);

  /** How often it was closed. What was asked for before that is not shown when it comes. */
  private closings = 0;

  constructor(private readonly app: App) {}

  /** Shows the digits, or hides them again. */
  async toggle(): Promise<void> {
    if (this.code !== null) {
      this.hide();
      return;
    }
    await this.attempt(
      () => this.app.backend.revealOwnCode(),
      (code) => (this.code = code),
    );
  }

  hide(): void {
    this.code = null;
  }

  /** Has the building make a code, in place of the one there may be. */
  async make(): Promise<void> {
    this.hide();
    await this.attempt(
      async () => {
        await this.app.backend.makeOwnCode();
        announcer.say(m.code_made_announce());
      },
      () => (this.replacing = false),
    );
  }

  close(): void {
    this.closings += 1;
    this.hide();
    this.replacing = false;
    this.failure = null;
  }

  private async attempt<T>(ask: () => Promise<T>, done: (answer: T) => void): Promise<void> {
    if (this.busy) return;
    const { closings } = this;
    const isOpen = () => closings === this.closings;
    this.busy = true;
    this.failure = null;
    try {
      const answer = await ask();
      if (isOpen()) done(answer);
    } catch (thrown) {
      if (isOpen()) this.failure = describeFailure(toAppError(thrown));
    } finally {
      this.busy = false;
    }
  }
}
