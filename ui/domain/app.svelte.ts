import { createContext } from "svelte";
import type { Backend, Unlisten } from "./backend";
import { toAppError } from "./errors";
import type { AppError, Preferences, Snapshot, UnlockState } from "./bindings";

/** The snapshot as the windows see it, kept up to date by the core's events. */
export class App {
  snapshot = $state.raw<Snapshot | null>(null);
  failed = $state.raw<AppError | null>(null);

  /** The doors that this window asked last from afar. */
  private askedRemotely = $state.raw<ReadonlySet<string>>(new Set());

  /** For each door, the failure that was put away: the core repeats it in every snapshot until the next unlock. */
  private readonly dismissed = new Map<string, string>();

  constructor(readonly backend: Backend) {}

  /**
   * Listens before it asks, so that no change falls between the two. The core takes the first question as a sign
   * that the window hears it, so `others` are waited for too.
   */
  async start(...others: Promise<Unlisten>[]): Promise<Unlisten> {
    const unlisten = await Promise.all([
      ...others,
      this.backend.listen("snapshot-changed", (snapshot) => {
        this.accept(snapshot);
      }),
      this.backend.listen("unlock-changed", ({ doorId, unlock }) => {
        this.setUnlock(doorId, this.undismissed(doorId, unlock));
      }),
    ]);
    await this.refresh();
    return () => unlisten.forEach((stop) => stop());
  }

  async refresh(): Promise<void> {
    this.failed = null;
    try {
      this.accept(await this.backend.snapshot());
    } catch (thrown) {
      this.failed = toAppError(thrown);
    }
  }

  /** Keeps what the person chose; all else stays as it is. Shown at once: the core says so when it has kept it. */
  async choose(chosen: Partial<Preferences>): Promise<void> {
    if (!this.snapshot) return;
    const before = this.snapshot.preferences;
    const preferences = { ...before, ...chosen };
    this.snapshot = { ...this.snapshot, preferences };
    try {
      await this.backend.setPreferences(preferences);
    } catch (thrown) {
      this.snapshot = { ...this.snapshot, preferences: before };
      throw toAppError(thrown);
    }
  }

  unlock(doorId: string): Promise<void> {
    this.noteRemote(doorId, false);
    return this.begin(doorId, this.backend.unlock(doorId));
  }

  /** Opens a door at which the person is not. */
  unlockRemotely(doorId: string): Promise<void> {
    this.noteRemote(doorId, true);
    return this.begin(doorId, this.backend.unlockRemotely(doorId));
  }

  /** Whether a door's state is that of an unlock from afar, as far as this window knows. */
  isRemote(doorId: string): boolean {
    return this.askedRemotely.has(doorId);
  }

  /** Puts a door's shown failure away. */
  dismiss(doorId: string): void {
    const unlock = this.snapshot?.doors.find(({ id }) => id === doorId)?.unlock;
    if (unlock?.kind !== "failed") return;
    this.dismissed.set(doorId, JSON.stringify(unlock.error));
    this.setUnlock(doorId, { kind: "idle" });
  }

  private async begin(doorId: string, asked: Promise<unknown>): Promise<void> {
    try {
      await asked;
    } catch (thrown) {
      this.setUnlock(doorId, { kind: "failed", error: toAppError(thrown) });
    }
  }

  private accept(snapshot: Snapshot): void {
    const doors = snapshot.doors.map((door) => ({
      ...door,
      unlock: this.undismissed(door.id, door.unlock),
    }));
    this.snapshot = { ...snapshot, doors };
  }

  private undismissed(doorId: string, unlock: UnlockState): UnlockState {
    const dismissed = this.dismissed.get(doorId);
    if (unlock.kind === "failed" && JSON.stringify(unlock.error) === dismissed) {
      return { kind: "idle" };
    }
    this.dismissed.delete(doorId);
    return unlock;
  }

  private noteRemote(doorId: string, remote: boolean): void {
    if (this.askedRemotely.has(doorId) === remote) return;
    const others = [...this.askedRemotely].filter((id) => id !== doorId);
    this.askedRemotely = new Set(remote ? [...others, doorId] : others);
  }

  private setUnlock(doorId: string, unlock: UnlockState): void {
    if (!this.snapshot) return;
    // Only who stands before a door searches for it; somebody began that elsewhere, as in the tray.
    if (unlock.kind === "searching") this.noteRemote(doorId, false);
    const doors = this.snapshot.doors.map((door) =>
      door.id === doorId ? { ...door, unlock } : door,
    );
    this.snapshot = { ...this.snapshot, doors };
  }
}

export const [appContext, setAppContext] = createContext<App>();
