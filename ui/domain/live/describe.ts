import { m } from "$messages";
import type { AppError } from "../bindings";
import { describeFailure, type Failure } from "../failure";
import type { LiveError } from "./watching.svelte";

/** Why there is no live picture, in a person's words. */
export function describeLive(error: LiveError): Failure {
  if (error.code === "unsupported") {
    const title = m.clip_unsupported_title();
    return { title, next: m.clip_unsupported_next(), offerRetry: false };
  }
  const failure = describeFailure(error);
  return { ...failure, next: nextFor(error) ?? failure.next };
}

/** What helps who stands at a door does not help who watches it. */
function nextFor({ code }: AppError): string | null {
  if (code === "door_offline") return m.live_door_offline_next();
  if (code === "connection_lost" || code === "timeout") return m.live_broke_off_next();
  return null;
}
