import type { App } from "../app.svelte";
import type { Unlisten } from "../backend";
import type { Errand } from "../bindings";

/** What came from outside, as a link to a door, and waits for the person. */
export class Errands {
  current = $state.raw<Errand | null>(null);

  constructor(private readonly app: App) {}

  /** Listens for errands; the first may have come before the window. */
  async start(): Promise<Unlisten> {
    const unlisten = await this.app.backend.listen("errand-pending", () => void this.take());
    await this.take();
    return unlisten;
  }

  done(): void {
    this.current = null;
  }

  /** An errand is taken once, so that the next window does not ask again. */
  private async take(): Promise<void> {
    this.current = (await this.app.backend.takePendingErrand()) ?? this.current;
  }
}
