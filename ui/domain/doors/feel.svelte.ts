import { feel, type Feeling } from "$shared/haptics";
import type { App } from "../app.svelte";
import type { UnlockState } from "../bindings";
import { isBusy } from "./progress";

type Kind = UnlockState["kind"];

/** What a hand feels when a door goes from one state to another. */
export function feeling(before: Kind, now: Kind): Feeling | null {
  if (before === now) return null;
  if (now === "unlocked") return "success";
  if (now === "failed") return "failure";
  return isBusy(now) && !isBusy(before) ? "press" : null;
}

/** Lets the hand feel how unlocks go. Call while a component starts. */
export function feelUnlocks(app: App): void {
  const felt = new Map<string, Kind>();
  $effect(() => {
    for (const { id, unlock } of app.snapshot?.doors ?? []) {
      const before = felt.get(id);
      felt.set(id, unlock.kind);
      const now = before === undefined ? null : feeling(before, unlock.kind);
      if (now) feel(now, app.snapshot?.preferences.haptics ?? null);
    }
  });
}
