import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend } from "./backend";

/** The core as Tauri commands and events. */
export const backend: Backend = {
  snapshot: () => invoke("snapshot"),
  previewInvite: (invite) => invoke("preview_invite", { invite }),
  takePendingInvite: () => invoke("take_pending_invite"),
  enrol: (invite, storage) => invoke("enrol", { invite, storage }),
  unlock: (doorId) => invoke("unlock", { doorId }),
  activity: (before, limit) => invoke("activity", { before, limit }),
  clipTimeline: (clipId) => invoke("clip_timeline", { clipId }),
  forget: () => invoke("forget"),
  // `convertFileSrc` knows the platform's form of the scheme, but escapes the slash of the path.
  fragmentUrl: (clipId, n) => `${convertFileSrc("", "clip")}${clipId}/${n}`,
  listen: (event, handler) =>
    listen(event, ({ payload }) => {
      handler(payload as Parameters<typeof handler>[0]);
    }),
};
