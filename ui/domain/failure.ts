import { m } from "$messages";
import type { AppError, DenyReason, ErrorCode } from "./bindings";

/** A failure in a person's words: what happened, and what to do next. */
export interface Failure {
  title: string;
  next: string;
  /** Whether to offer the same again; otherwise it can only be acknowledged. */
  offerRetry: boolean;
}

type Text = readonly [title: () => string, next: () => string];

const TEXT: Record<Exclude<ErrorCode, "denied">, Text> = {
  invite_malformed: [m.error_invite_malformed_title, m.error_invite_malformed_next],
  invite_unknown: [m.error_invite_unknown_title, m.error_invite_unknown_next],
  invite_expired: [m.error_invite_expired_title, m.error_invite_expired_next],
  invite_used: [m.error_invite_used_title, m.error_invite_used_next],
  hub_unreachable: [m.error_hub_unreachable_title, m.error_hub_unreachable_next],
  hub_not_trusted: [m.error_hub_not_trusted_title, m.error_hub_not_trusted_next],
  no_keychain: [m.error_no_keychain_title, m.error_no_keychain_next],
  bluetooth_off: [m.error_bluetooth_off_title, m.error_bluetooth_off_next],
  bluetooth_unsupported: [m.error_bluetooth_unsupported_title, m.error_bluetooth_unsupported_next],
  permission_denied: [m.error_permission_denied_title, m.error_permission_denied_next],
  door_not_found: [m.error_door_not_found_title, m.error_door_not_found_next],
  door_busy: [m.error_door_busy_title, m.error_door_busy_next],
  connection_lost: [m.error_connection_lost_title, m.error_connection_lost_next],
  timeout: [m.error_timeout_title, m.error_timeout_next],
  door_offline: [m.error_door_offline_title, m.error_door_offline_next],
  not_confirmed: [m.error_not_confirmed_title, m.error_not_confirmed_next],
  cannot_confirm: [m.error_cannot_confirm_title, m.error_cannot_confirm_next],
  code_refused: [m.error_code_refused_title, m.error_code_refused_next],
  shortcut_unusable: [m.error_shortcut_unusable_title, m.error_shortcut_unusable_next],
  shortcut_taken: [m.error_shortcut_taken_title, m.error_shortcut_taken_next],
  shortcut_unavailable: [m.error_shortcut_unavailable_title, m.error_shortcut_unavailable_next],
  door_failed: [m.error_door_failed_title, m.error_door_failed_next],
  clip_unavailable: [m.error_clip_unavailable_title, m.error_clip_unavailable_next],
  clip_gone: [m.error_clip_gone_title, m.error_clip_gone_next],
  clip_not_for_this_device: [
    m.error_clip_not_for_this_device_title,
    m.error_clip_not_for_this_device_next,
  ],
  clip_tampered: [m.error_clip_tampered_title, m.error_clip_tampered_next],
  export_exists: [m.error_export_exists_title, m.error_export_exists_next],
  export_failed: [m.error_export_failed_title, m.error_export_failed_next],
  device_unknown: [m.error_device_unknown_title, m.error_device_unknown_next],
  camera_off: [m.error_camera_off_title, m.error_camera_off_next],
  live_not_allowed: [m.error_live_not_allowed_title, m.error_live_not_allowed_next],
  live_not_offered: [m.error_live_not_offered_title, m.error_live_not_offered_next],
  live_busy: [m.error_live_busy_title, m.error_live_busy_next],
  live_tampered: [m.error_live_tampered_title, m.error_live_tampered_next],
  too_many_passes: [m.error_too_many_passes_title, m.error_too_many_passes_next],
  pass_ended: [m.error_pass_ended_title, m.error_pass_ended_next],
  pass_refused: [m.error_pass_refused_title, m.error_pass_refused_next],
  own_door_shut: [m.error_own_door_shut_title, m.error_own_door_shut_next],
  login_start_failed: [m.error_login_start_failed_title, m.error_login_start_failed_next],
  update_failed: [m.error_update_failed_title, m.error_update_failed_next],
  update_not_trusted: [m.error_update_not_trusted_title, m.error_update_not_trusted_next],
  not_enrolled: [m.error_not_enrolled_title, m.error_not_enrolled_next],
  internal: [m.error_internal_title, m.error_internal_next],
};

const DENIED: Record<DenyReason, Text> = {
  NoCredential: [m.error_denied_no_credential_title, m.error_denied_no_credential_next],
  BadSignature: [m.error_denied_bad_signature_title, m.error_denied_bad_signature_next],
  WrongBuilding: [m.error_denied_wrong_building_title, m.error_denied_wrong_building_next],
  WrongDoor: [m.error_denied_wrong_door_title, m.error_denied_wrong_door_next],
  UnitDoor: [m.error_denied_unit_door_title, m.error_denied_unit_door_next],
  NotTheHolder: [m.error_denied_not_the_holder_title, m.error_denied_not_the_holder_next],
  NotYetValid: [m.error_denied_not_yet_valid_title, m.error_denied_not_yet_valid_next],
  CredentialExpired: [
    m.error_denied_credential_expired_title,
    m.error_denied_credential_expired_next,
  ],
  Revoked: [m.error_denied_revoked_title, m.error_denied_revoked_next],
  Malformed: [m.error_denied_malformed_title, m.error_denied_malformed_next],
  TooManyAttempts: [m.error_denied_too_many_attempts_title, m.error_denied_too_many_attempts_next],
  OutsideHours: [m.error_denied_outside_hours_title, m.error_denied_outside_hours_next],
  LockedDown: [m.error_denied_locked_down_title, m.error_denied_locked_down_next],
  WrongCode: [m.error_denied_wrong_code_title, m.error_denied_wrong_code_next],
  ClockUnknown: [m.error_denied_clock_unknown_title, m.error_denied_clock_unknown_next],
  OnlyAtTheDoor: [m.error_denied_only_at_the_door_title, m.error_denied_only_at_the_door_next],
  NotFilmed: [m.error_denied_not_filmed_title, m.error_denied_not_filmed_next],
};

/** Fixed by the person rather than by time, so worth another try although the core would not repeat it. */
const FIXABLE = new Set<ErrorCode | DenyReason>([
  "permission_denied",
  "cannot_confirm",
  "internal",
  "CredentialExpired",
  "NotYetValid",
]);

/** Who is not at the door cannot stay close to it, nor see whether it opened. */
const BROKE_OFF = new Set<ErrorCode>(["connection_lost", "timeout"]);

/** `remote` when the door was asked from afar. */
export function describeFailure(error: AppError, remote = false): Failure {
  const [title, nearNext] = textOf(error);
  const next = remote && BROKE_OFF.has(error.code) ? m.error_remote_broke_off_next : nearNext;
  const cause = error.reason ?? error.code;
  return { title: title(), next: next(), offerRetry: error.retryable || FIXABLE.has(cause) };
}

/** What happened and what to do next, in one breath. */
export function inFull({ title, next }: Pick<Failure, "title" | "next">): string {
  return m.failure_in_full({ title, next });
}

function textOf({ code, reason }: AppError): Text {
  if (code === "denied") return reason ? DENIED[reason] : DENIED.Malformed;
  // A newer core may know codes that this window does not.
  const known: Partial<Record<string, Text>> = TEXT;
  return known[code] ?? TEXT.internal;
}
