import { createContext } from "svelte";
import type { Backend, Unlisten } from "./backend";
import { toAppError } from "./errors";
import type { AppError, Snapshot, UnlockState } from "./types";

/** The snapshot as the windows see it, kept up to date by the core's events. */
export class App {
  snapshot = $state.raw<Snapshot | null>(null);
  failed = $state.raw<AppError | null>(null);

  constructor(readonly backend: Backend) {}

  /** Listens before it asks, so that no change falls between the two. */
  async start(): Promise<Unlisten> {
    const unlisten = await Promise.all([
      this.backend.listen("snapshot-changed", (snapshot) => (this.snapshot = snapshot)),
      this.backend.listen("unlock-changed", ({ doorId, unlock }) => this.setUnlock(doorId, unlock)),
    ]);
    await this.refresh();
    return () => unlisten.forEach((stop) => stop());
  }

  async refresh(): Promise<void> {
    this.failed = null;
    try {
      this.snapshot = await this.backend.snapshot();
    } catch (thrown) {
      this.failed = toAppError(thrown);
    }
  }

  async unlock(doorId: string): Promise<void> {
    try {
      await this.backend.unlock(doorId);
    } catch (thrown) {
      this.setUnlock(doorId, { kind: "failed", error: toAppError(thrown) });
    }
  }

  /** Puts a door's shown failure away. */
  dismiss(doorId: string): void {
    this.setUnlock(doorId, { kind: "idle" });
  }

  private setUnlock(doorId: string, unlock: UnlockState): void {
    if (!this.snapshot) return;
    const doors = this.snapshot.doors.map((door) =>
      door.id === doorId ? { ...door, unlock } : door,
    );
    this.snapshot = { ...this.snapshot, doors };
  }
}

export const [appContext, setAppContext] = createContext<App>();
