/** What passes over the seam to the app's core. Mirrors `crates/resident/src/ui`; times are Unix milliseconds. */

export type HubState = "online" | "offline";
export type BluetoothState = "on" | "off" | "unsupported" | "permission_denied";
export type ResidentRecords = "unnamed" | "named";
export type KeyStorage = "keychain" | "file";
export type DoorKind = "common" | "unit";
export type CredentialState = "valid" | "expired" | "none";
export type VisitorClass = "courier" | "guest" | "staff";
export type ClipState = "recording" | "ready" | "unavailable";

export type ErrorCode =
  | "invite_malformed"
  | "invite_expired"
  | "invite_used"
  | "hub_unreachable"
  | "hub_not_trusted"
  | "no_keychain"
  | "bluetooth_off"
  | "bluetooth_unsupported"
  | "permission_denied"
  | "door_not_found"
  | "door_busy"
  | "connection_lost"
  | "timeout"
  | "denied"
  | "door_failed"
  | "clip_unavailable"
  | "clip_tampered"
  | "not_enrolled"
  | "internal";

export type DenyReason =
  | "NoCredential"
  | "BadSignature"
  | "WrongBuilding"
  | "WrongDoor"
  | "UnitDoor"
  | "NotTheHolder"
  | "NotYetValid"
  | "CredentialExpired"
  | "Revoked"
  | "Malformed"
  | "TooManyAttempts";

export interface AppError {
  code: ErrorCode;
  /** Why the door refused; only with code `denied`. */
  reason?: DenyReason | null;
  retryable: boolean;
}

export type UnlockState =
  | { kind: "idle" }
  | { kind: "searching" }
  | { kind: "connecting" }
  | { kind: "unlocking" }
  | { kind: "unlocked"; unlockS: number; untilMs: number; seq: number }
  | { kind: "relocked" }
  | { kind: "failed"; error: AppError };

export interface DoorCard {
  id: string;
  name: string;
  kind: DoorKind;
  nearby: boolean;
  /** Smoothed signal strength, when heard over Bluetooth. */
  rssiDbm: number | null;
  credential: CredentialState;
  unlock: UnlockState;
}

export interface Enrolment {
  buildingName: string;
  residentName: string;
  residentRecords: ResidentRecords;
  keyStorage: KeyStorage;
}

export interface Snapshot {
  /** `null` until this device has been enrolled in a building. */
  enrolled: Enrolment | null;
  doors: DoorCard[];
  hub: HubState;
  bluetooth: BluetoothState;
  version: string;
}

export type ActivityKind =
  | {
      type: "entry";
      class: VisitorClass;
      carrier: string | null;
      driver: string | null;
      guest: string | null;
    }
  | { type: "denied"; class: VisitorClass | null; carrier: string | null; reason: DenyReason }
  | { type: "own_unlock" };

export interface ActivityItem {
  id: string;
  /** Newer items have greater cursors. */
  cursor: number;
  atMs: number;
  doorId: string;
  doorName: string;
  kind: ActivityKind;
  clip: { id: string; state: ClipState } | null;
}

export interface ActivityPage {
  items: ActivityItem[];
  /** The `before` of the next older page; `null` at the end. */
  next: number | null;
}

export interface TimelineFragment {
  /** The number to fetch it by, from 1; 0 is the init segment. */
  n: number;
  /** From the start of the clip. */
  startMs: number;
  durationMs: number;
  keyframe: boolean;
}

export interface ClipTimeline {
  clipId: string;
  /** As in RFC 6381, such as `avc1.42C01F`. */
  codec: string;
  width: number;
  height: number;
  durationMs: number;
  preRollMs: number;
  postRollMs: number;
  /** When the door was asked, from the start of the clip. */
  entryOffsetMs: number;
  fragments: TimelineFragment[];
  verified: boolean;
  doorName: string;
  atMs: number;
  item: ActivityItem;
}

export interface InvitePreview {
  /** The hub's host, as a person would read it. */
  hub: string;
}
