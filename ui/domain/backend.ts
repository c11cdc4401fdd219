import type {
  ActivityItem,
  ActivityPage,
  ClipTimeline,
  InvitePreview,
  KeyStorage,
  Snapshot,
  UnlockState,
} from "./types";

/** What the core tells without being asked. Events are hints; `snapshot` is the truth. */
export interface BackendEvents {
  "snapshot-changed": Snapshot;
  "unlock-changed": { doorId: string; unlock: UnlockState };
  "activity-added": ActivityItem;
  "activity-changed": ActivityItem;
  "open-clip": { clipId: string };
  "pending-invite": { invite: string };
}

export type Unlisten = () => void;

/** The UI's one seam to the app's core. Every rejection is an `AppError`. */
export interface Backend {
  snapshot(): Promise<Snapshot>;
  previewInvite(invite: string): Promise<InvitePreview>;
  takePendingInvite(): Promise<string | null>;
  enrol(invite: string, storage: KeyStorage): Promise<void>;
  /** Starts an unlock; progress comes as `unlock-changed`. */
  unlock(doorId: string): Promise<void>;
  /** One page, newest first; `before` is a cursor. */
  activity(before: number | null, limit: number): Promise<ActivityPage>;
  clipTimeline(clipId: string): Promise<ClipTimeline>;
  /** Leaves the building and wipes this device's data and keys. */
  forget(): Promise<void>;
  /** Where a clip's bytes are fetched: 0 is the init segment. */
  fragmentUrl(clipId: string, n: number): string;
  listen<E extends keyof BackendEvents>(
    event: E,
    handler: (payload: BackendEvents[E]) => void,
  ): Promise<Unlisten>;
}
