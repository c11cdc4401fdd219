import type { Player } from "./player.svelte";

type Control = Pick<Player, "toggle" | "skip" | "stepFrame" | "seek" | "cycleSpeed" | "timeline">;

const KEYS: Record<string, (player: Control) => void> = {
  " ": (player) => player.toggle(),
  k: (player) => player.toggle(),
  j: (player) => player.skip(-5000),
  l: (player) => player.skip(5000),
  ArrowLeft: (player) => player.skip(-1000),
  ArrowRight: (player) => player.skip(1000),
  ",": (player) => player.stepFrame(-1),
  ".": (player) => player.stepFrame(1),
  e: (player) => player.seek(player.timeline.entryOffsetMs),
  s: (player) => player.cycleSpeed(),
  Home: (player) => player.seek(0),
  End: (player) => player.seek(player.timeline.durationMs),
};

/** Does what a key means for the player; keys that the focused element needs itself are left to it. */
export function handleKey(event: KeyboardEvent, player: Control): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const action = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action || needsKey(event.target, event.key)) return;
  event.preventDefault();
  action(player);
}

function needsKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="dialog"], textarea, select, input:not([type="range"])')) return true;
  return key === " " && target.closest("button, summary") !== null;
}
