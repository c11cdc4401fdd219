import { m } from "$messages";
import type { ActivityItem, DenyReason, VisitorClass } from "../bindings";
import { startsLate } from "../clips/shortfall";
import { describeAlert, type AlertLook } from "./alert";

const CLASS: Record<VisitorClass, () => string> = {
  courier: m.activity_courier,
  guest: m.activity_guest,
  staff: m.activity_staff,
};

const DENIED: Record<DenyReason, () => string> = {
  NoCredential: m.denied_no_credential,
  BadSignature: m.denied_bad_signature,
  WrongBuilding: m.denied_wrong_building,
  WrongDoor: m.denied_wrong_door,
  UnitDoor: m.denied_unit_door,
  NotTheHolder: m.denied_not_the_holder,
  NotYetValid: m.denied_not_yet_valid,
  CredentialExpired: m.denied_credential_expired,
  Revoked: m.denied_revoked,
  Malformed: m.denied_malformed,
  TooManyAttempts: m.denied_too_many_attempts,
  OutsideHours: m.denied_outside_hours,
  LockedDown: m.denied_locked_down,
  WrongCode: m.denied_wrong_code,
  ClockUnknown: m.denied_clock_unknown,
  OnlyAtTheDoor: m.denied_only_at_the_door,
  NotFilmed: m.denied_not_filmed,
};

/** Who it was, as far as the building may know; of an alert, what it was. */
export function who({ kind }: ActivityItem): string {
  switch (kind.type) {
    case "entry":
      return kind.carrier ?? kind.guest ?? CLASS[kind.class]();
    case "denied":
      return (
        kind.carrier ?? kind.guest ?? (kind.class ? CLASS[kind.class]() : m.activity_someone())
      );
    case "alert":
      return describeAlert(kind.alert).title;
    case "own_unlock":
      return m.activity_you();
  }
}

/** What there is to say beyond who, where and when. */
export function detail({ kind }: ActivityItem): string {
  switch (kind.type) {
    case "entry":
      if (kind.driver) return m.activity_driver({ driver: kind.driver });
      return cameBy(kind.carrier || kind.guest ? CLASS[kind.class]() : m.activity_came_in(), kind);
    case "denied":
      return kind.reason === "WrongCode" ? DENIED.WrongCode() : cameBy(DENIED[kind.reason](), kind);
    case "alert":
      return describeAlert(kind.alert).detail;
    case "own_unlock":
      return kind.remote ? m.activity_own_remote() : m.activity_own_note();
  }
}

/** What the film of an item lacks, if anything. */
export function filmNote({ clip, unfilmed }: ActivityItem): string | null {
  if (unfilmed) return m.activity_unfilmed();
  if (!clip?.shortfall) return null;
  if (clip.shortfall === "hub_out_of_room") return m.activity_gave_way();
  return startsLate(clip.shortfall) ? m.activity_starts_late() : m.activity_ends_early();
}

function cameBy(what: string, how: { pass: string | null; byKeypad: boolean }): string {
  if (how.pass) return m.activity_by_pass({ what });
  return how.byKeypad ? m.activity_by_keypad({ what }) : what;
}

export type Look = VisitorClass | AlertLook | "denied" | "own";

/** Which icon and colour an item gets. */
export function look({ kind }: ActivityItem): Look {
  if (kind.type === "entry") return kind.class;
  if (kind.type === "alert") return describeAlert(kind.alert).look;
  return kind.type === "denied" ? "denied" : "own";
}
