import { announcer } from "$shared/announcer.svelte";
import type { App } from "../app.svelte";
import type { UnlockState } from "../bindings";
import { announcement } from "./progress";

/** Reads every change of a door's state out: progress politely, failures at once. Call while a component starts. */
export function announceUnlocks(app: App): void {
  const heard = new Map<string, UnlockState["kind"]>();
  $effect(() => {
    for (const { id, name, unlock } of app.snapshot?.doors ?? []) {
      const before = heard.get(id);
      heard.set(id, unlock.kind);
      if (before === undefined || before === unlock.kind) continue;
      const text = announcement(name, unlock, app.isRemote(id));
      if (!text) continue;
      if (unlock.kind === "failed") announcer.warn(text);
      else announcer.say(text);
    }
  });
}
