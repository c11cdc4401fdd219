import { m } from "$messages";
import { describeFailure, type Failure, inFull } from "../failure";
import type { AppError, DoorCard, UnlockState } from "../bindings";

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
  return kind === "confirming" || stepsBegun(kind) > 0;
}

type Pressed = Pick<DoorCard, "unlock" | "credential">;

/** What a press on the door's control does now. */
export function pressAction({ unlock, credential }: Pressed): "unlock" | "dismiss" | "nothing" {
  if (isBusy(unlock.kind)) return "nothing";
  if (unlock.kind === "failed" && !describeFailure(unlock.error).offerRetry) return "dismiss";
  return credential === "none" ? "nothing" : "unlock";
}

/** What the control says: its state, or after a failure the way out. After one from afar it does something else, so it says so. */
export function controlLabel(door: Pressed, remote: boolean): string {
  const { unlock, credential } = door;
  const action = pressAction(door);
  if (action === "dismiss") return m.action_ok();
  if (credential === "none" && !isBusy(unlock.kind)) return m.unlock_no_key();
  if (unlock.kind !== "failed") return stateLabel(unlock.kind);
  return remote ? m.unlock() : m.action_try_again();
}

function stateLabel(kind: Exclude<UnlockKind, "failed">): string {
  switch (kind) {
    case "idle":
      return m.unlock();
    case "confirming":
      return m.unlock_confirming();
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

/** What there is to know or to do now; `remote` when the door was asked from afar. */
export function stateHint(door: DoorCard, remote: boolean): string {
  switch (door.unlock.kind) {
    case "idle":
      if (door.credential === "none") return m.unlock_hint_no_key();
      if (door.lockdown === "everyone") return m.unlock_hint_lockdown();
      if (door.credential === "expired") return m.unlock_hint_expired();
      return door.nearby ? m.unlock_hint_near() : m.unlock_hint_away();
    case "confirming":
      return m.unlock_confirming_hint();
    case "searching":
      return m.unlock_searching_hint();
    case "connecting":
      return remote ? m.remote_connecting_hint() : m.unlock_connecting_hint();
    case "unlocking":
      return m.unlock_unlocking_hint();
    case "unlocked":
      return remote ? m.remote_unlocked_hint() : m.unlock_unlocked_hint();
    case "relocked":
      return m.unlock_relocked_hint();
    case "failed":
      return "";
  }
}

/**
 * What a screen reader says when a door's state changes, asked from afar or not; `null` for silence. A failure is told
 * as `describe` does.
 */
export function announcement(
  door: string,
  unlock: UnlockState,
  remote: boolean,
  describe: (error: AppError) => Failure = (error) => describeFailure(error, remote),
): string | null {
  switch (unlock.kind) {
    case "idle":
      return null;
    case "confirming":
      return m.failure_in_full({ title: door, next: m.unlock_confirming_hint() });
    case "searching":
      return m.announce_searching({ door });
    case "connecting":
      return remote ? m.announce_remote_connecting({ door }) : m.announce_connecting({ door });
    case "unlocking":
      return m.announce_unlocking({ door });
    case "unlocked": {
      const say = remote ? m.announce_remote_unlocked : m.announce_unlocked;
      return say({ door, seconds: unlock.unlockS });
    }
    case "relocked":
      return m.announce_relocked({ door });
    case "failed": {
      const failure = inFull(describe(unlock.error));
      return m.announce_failed({ door, failure });
    }
  }
}

/** Whether to show that the door would open now. */
export function isReady({ nearby, credential }: DoorCard): boolean {
  return nearby && credential === "valid";
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
