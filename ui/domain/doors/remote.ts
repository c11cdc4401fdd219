import { describeFailure } from "../failure";
import type { DoorCard } from "../bindings";

/** Whether to offer to open the door from afar. */
export function offersRemote({ nearby, remote, credential, lockdown, unlock }: DoorCard): boolean {
  if (nearby || !remote || credential === "none" || lockdown === "everyone") return false;
  if (unlock.kind === "failed") return describeFailure(unlock.error).offerRetry;
  return unlock.kind === "idle" || unlock.kind === "relocked";
}
