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

  constructor(private readonly app: App) {}

  /** Shows the digits, or hides them again. */
  async toggle(): Promise<void> {
    if (this.code !== null) this.code = null;
    else await this.attempt(async () => (this.code = await this.app.backend.revealOwnCode()));
  }

  /** Has the building make a code, in place of the one there may be. */
  async make(): Promise<void> {
    this.code = null;
    await this.attempt(async () => {
      await this.app.backend.makeOwnCode();
      this.replacing = false;
      announcer.say(m.code_made_announce());
    });
  }

  async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.code ?? "");
      announcer.say(m.code_copied());
      this.copied = true;
    } catch {
      announcer.warn(m.code_not_copied());
      this.copied = false;
    }
  }

  /** Whether the code was copied; `null` while nobody tried. */
  copied = $state<boolean | null>(null);

  close(): void {
    this.code = null;
    this.copied = null;
    this.replacing = false;
    this.failure = null;
  }

  private async attempt(act: () => Promise<unknown>): Promise<void> {
    this.busy = true;
    this.failure = null;
    this.copied = null;
    try {
      await act();
    } catch (thrown) {
      this.failure = describeFailure(toAppError(thrown));
    } finally {
      this.busy = false;
    }
  }
}
