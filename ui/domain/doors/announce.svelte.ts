import { announcer } from "$shared/announcer.svelte";
import type { App } from "../app.svelte";
import type { UnlockState } from "../bindings";
import { describeFailure } from "../failure";
import { describeDoorFailure } from "./failure";
import { announcement } from "./progress";

/** Reads every change of a door's state out: progress politely, failures at once. Call while a component starts. */
export function announceUnlocks(app: App): void {
  const heard = new Map<string, UnlockState["kind"]>();
  $effect(() => {
    const { snapshot } = app;
    for (const { id, name, unlock, hours } of snapshot?.doors ?? []) {
      const before = heard.get(id);
      heard.set(id, unlock.kind);
      if (before === undefined || before === unlock.kind) continue;
      const remote = app.isRemote(id);
      const text = announcement(name, unlock, remote, (error) =>
        snapshot
          ? describeDoorFailure(error, { remote, hours, snapshot, nowMs: Date.now() })
          : describeFailure(error, remote),
      );
      if (!text) continue;
      if (unlock.kind === "failed") announcer.warn(text);
      else announcer.say(text);
    }
  });
}
