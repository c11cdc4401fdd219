import { convertFileSrc } from "@tauri-apps/api/core";
import type { Backend, BackendEvents, Unlisten } from "./backend";
import { commands, events } from "./bindings";

interface Channel<T> {
  listen(handler: (event: { payload: T }) => void): Promise<Unlisten>;
}

const channels: { [E in keyof BackendEvents]: Channel<BackendEvents[E]> } = {
  "snapshot-changed": events.snapshotChanged,
  "unlock-changed": events.unlockChanged,
  "activity-added": events.activityAdded,
  "activity-changed": events.activityChanged,
  "open-clip": events.openClip,
  "open-activity": events.openActivity,
  "export-progress": events.exportProgress,
  "pending-invite": events.pendingInvite,
  "errand-pending": events.errandPending,
};

// The platform's form of the scheme, ending in a slash.
const clipUrl = (of: string, part: number | string) => `${convertFileSrc("", "clip")}${of}/${part}`;

/** The core behind the app's window. */
export const backend: Backend = {
  ...commands,
  fragmentsUrl: (clipId, first, last) => clipUrl(clipId, `${first}-${last}`),
  thumbnailUrl: (clipId) => clipUrl(clipId, "thumbnail"),
  livePartUrl: (liveId, n) => clipUrl(`live/${liveId}`, n),
  listen: (event, handler) =>
    channels[event].listen(({ payload }) => {
      handler(payload);
    }),
};
