import { m } from "$messages";
import { clockTime, longWeekday } from "$shared/dates";
import { describeFailure, type Failure } from "../failure";
import type { AppError, DoorHours, Snapshot } from "../bindings";
import { nextOpening } from "./opening";

/** What this device knows around a failure at a door. */
export interface Around {
  /** The door was asked from afar. */
  remote: boolean;
  /** When the door lets whom pass. */
  hours: readonly DoorHours[];
  snapshot: Pick<Snapshot, "hub" | "enrolled">;
  nowMs: number;
}

/** Why a door did not open and what to do, as exactly as this device knows. */
export function describeDoorFailure(error: AppError, around: Around): Failure {
  const failure = describeFailure(error, around.remote);
  const next = nextStep(error, around);
  return next === null ? failure : { ...failure, next };
}

function nextStep(error: AppError, { hours, snapshot, nowMs }: Around): string | null {
  if (error.reason === "CredentialExpired" && snapshot.hub === "online") {
    return m.error_denied_credential_expired_renewing();
  }
  if (error.reason !== "OutsideHours") return null;
  const opening = nextOpening(hours, nowMs, snapshot.enrolled?.timeZone ?? null);
  if (!opening) return null;
  const time = clockTime(opening.minute);
  return opening.today
    ? m.error_denied_outside_hours_until({ time })
    : m.error_denied_outside_hours_until_day({ day: longWeekday(opening.day), time });
}
