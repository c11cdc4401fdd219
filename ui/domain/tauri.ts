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
  "pending-invite": events.pendingInvite,
};

/** The core behind the app's window. */
export const backend: Backend = {
  ...commands,
  // The platform's form of the scheme, ending in a slash.
  fragmentUrl: (clipId, n) => `${convertFileSrc("", "clip")}${clipId}/${n}`,
  livePartUrl: (liveId, n) => `${convertFileSrc("", "clip")}live/${liveId}/${n}`,
  listen: (event, handler) =>
    channels[event].listen(({ payload }) => {
      handler(payload);
    }),
};
