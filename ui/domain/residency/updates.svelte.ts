import { createContext } from "svelte";
import type { Backend, Unlisten } from "../backend";
import type { UpdateState } from "../bindings";

/** What is known of a newer version of the app. */
export class Updates {
  state = $state.raw<UpdateState | null>(null);

  constructor(private readonly backend: Backend) {}

  /** Listens before it asks, so that no change falls between the two. */
  async start(): Promise<Unlisten> {
    const stop = await this.backend.listen("update-changed", (state) => {
      this.state = state;
    });
    // Nothing to say of updates is no reason to say anything else.
    this.state ??= await this.backend.updateState().catch(() => null);
    return stop;
  }

  /** Ends with the app when all goes well; what goes wrong is told as a state. */
  async install(): Promise<void> {
    await this.backend.installUpdate().catch(() => undefined);
  }

  async openNotes(): Promise<void> {
    await this.backend.openReleaseNotes().catch(() => undefined);
  }
}

export const [updatesContext, setUpdatesContext] = createContext<Updates>();
