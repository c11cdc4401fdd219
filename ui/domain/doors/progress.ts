import { m } from "$messages";
import { describeFailure } from "../failure";
import type { DoorCard, UnlockState } from "../bindings";

export type UnlockKind = UnlockState["kind"];

/** How many of the three steps of an unlock have begun. */
export function stepsBegun(kind: UnlockKind): 0 | 1 | 2 | 3 {
  switch (kind) {
    case "searching":
      return 1;
    case "connecting":
      return 2;
    case "unlocking":
    case "unlocked":
      return 3;
    default:
      return 0;
  }
}

/** Whether a press would be ignored. */
export function isBusy(kind: UnlockKind): boolean {
  return stepsBegun(kind) > 0;
}

/** What a press on the door's control does now. */
export function pressAction(unlock: UnlockState): "unlock" | "dismiss" | "nothing" {
  if (isBusy(unlock.kind)) return "nothing";
  if (unlock.kind !== "failed") return "unlock";
  return describeFailure(unlock.error).offerRetry ? "unlock" : "dismiss";
}

/** What the control says: its state, or after a failure the way out. */
export function controlLabel(unlock: UnlockState): string {
  if (unlock.kind !== "failed") return stateLabel(unlock.kind);
  return pressAction(unlock) === "dismiss" ? m.action_ok() : m.action_try_again();
}

function stateLabel(kind: Exclude<UnlockKind, "failed">): string {
  switch (kind) {
    case "idle":
      return m.unlock();
    case "searching":
      return m.unlock_searching();
    case "connecting":
      return m.unlock_connecting();
    case "unlocking":
      return m.unlock_unlocking();
    case "unlocked":
      return m.unlock_unlocked();
    case "relocked":
      return m.unlock_relocked();
  }
}

export function stateHint(door: DoorCard): string {
  switch (door.unlock.kind) {
    case "idle":
      if (door.lockdown === "everyone") return m.unlock_hint_lockdown();
      return door.nearby ? m.unlock_hint_near() : m.unlock_hint_away();
    case "searching":
      return m.unlock_searching_hint();
    case "connecting":
      return m.unlock_connecting_hint();
    case "unlocking":
      return m.unlock_unlocking_hint();
    case "unlocked":
      return m.unlock_unlocked_hint();
    case "relocked":
      return m.unlock_relocked_hint();
    case "failed":
      return "";
  }
}

/** What a screen reader says when a door's state changes; `null` for silence. */
export function announcement(door: string, unlock: UnlockState): string | null {
  switch (unlock.kind) {
    case "idle":
      return null;
    case "searching":
      return m.announce_searching({ door });
    case "connecting":
      return m.announce_connecting({ door });
    case "unlocking":
      return m.announce_unlocking({ door });
    case "unlocked":
      return m.announce_unlocked({ door, seconds: unlock.unlockS });
    case "relocked":
      return m.announce_relocked({ door });
    case "failed": {
      const { title, next } = describeFailure(unlock.error);
      return `${door}. ${title}. ${next}`;
    }
  }
}

/** Where a door stands, in two words. */
export function presence(door: DoorCard): string {
  if (door.credential === "none") return m.door_credential_none();
  if (door.credential === "expired") return m.door_credential_expired();
  if (!door.nearby) return m.door_away();
  return door.rssiDbm === null || door.rssiDbm >= RIGHT_HERE_DBM ? m.door_here() : m.door_nearby();
}

/** About two metres, through a pocket. */
const RIGHT_HERE_DBM = -65;
