import type {
  ActivityItem,
  commands,
  ErrandPending,
  ExportProgress,
  OpenActivity,
  OpenClip,
  PendingInvite,
  Snapshot,
  UnlockChanged,
} from "./bindings";

/** What the core tells without being asked. Events are hints; `snapshot` is the truth. */
export interface BackendEvents {
  "snapshot-changed": Snapshot;
  "unlock-changed": UnlockChanged;
  "activity-added": ActivityItem;
  "activity-changed": ActivityItem;
  "open-clip": OpenClip;
  "open-activity": OpenActivity;
  "export-progress": ExportProgress;
  "pending-invite": PendingInvite;
  /** `takePendingErrand` says what it is. */
  "errand-pending": ErrandPending;
}

export type Unlisten = () => void;

/** The UI's one seam to the app's core: its commands, its events and its clips. Every rejection is an `AppError`. */
export interface Backend extends Readonly<typeof commands> {
  /** Where a clip's bytes are fetched, as many of these fragments as can be had: 0 is the init segment. */
  fragmentsUrl(clipId: string, first: number, last: number): string;
  /** Where the picture of an entry is fetched, as JPEG. */
  thumbnailUrl(clipId: string): string;
  /** Where the parts of what is watched live are fetched; the answer says which part it is. */
  livePartUrl(liveId: string, n: number): string;
  listen<E extends keyof BackendEvents>(
    event: E,
    handler: (payload: BackendEvents[E]) => void,
  ): Promise<Unlisten>;
}
