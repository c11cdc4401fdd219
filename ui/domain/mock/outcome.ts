import type { Outcome } from "./scenario";

export type Step = "searching" | "connecting" | "unlocking";

type Failing = Extract<Outcome<null>, { fails: unknown }>;

export function isFailing(outcome: unknown): outcome is Failing {
  return typeof outcome === "object" && outcome !== null && "fails" in outcome;
}

export function isFailure(outcome: unknown, code: string): boolean {
  return isFailing(outcome) && outcome.fails.code === code;
}

const CONNECTING = ["connection_lost", "door_busy", "door_offline", "hub_unreachable"];

export function failsDuring(code: string): Step {
  if (
    ["door_not_found", "bluetooth_off", "bluetooth_unsupported", "permission_denied"].includes(code)
  ) {
    return "searching";
  }
  return CONNECTING.includes(code) ? "connecting" : "unlocking";
}
