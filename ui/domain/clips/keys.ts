import { isTypedInto } from "$shared/keyboard";
import type { Player } from "./player.svelte";

type Control = Pick<
  Player,
  | "toggle"
  | "skip"
  | "stepFrame"
  | "seek"
  | "changeSpeed"
  | "goToNow"
  | "timeline"
  | "endMs"
  | "isBeingFilmed"
>;

const KEYS: Record<string, (player: Control) => void> = {
  " ": (player) => player.toggle(),
  k: (player) => player.toggle(),
  j: (player) => player.skip(-5000),
  l: (player) => player.skip(5000),
  ArrowLeft: (player) => player.skip(-1000),
  ArrowRight: (player) => player.skip(1000),
  ",": (player) => player.stepFrame(-1),
  ".": (player) => player.stepFrame(1),
  "<": (player) => player.changeSpeed(-1),
  ">": (player) => player.changeSpeed(1),
  e: (player) => player.seek(player.timeline.entryOffsetMs),
  Home: (player) => player.seek(0),
  End: (player) => (player.isBeingFilmed ? player.goToNow() : player.seek(player.endMs)),
};

/** Does what a key means for the player; keys that the focused element needs itself are left to it. */
export function handleKey(event: KeyboardEvent, player: Control): void {
  handle(event, KEYS, player);
}

/** Looks a key up and does what it means, unless it belongs to the focused element or to the system. */
export function handle<T>(event: KeyboardEvent, keys: Record<string, (on: T) => void>, on: T) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action || needsKey(event.target, event.key)) return;
  event.preventDefault();
  action(on);
}

/** What a choice needs while it has the focus. */
const CHOOSING = new Set([" ", "Enter", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);

function needsKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (isTypedInto(target)) return true;
  if (target.closest("select")) return CHOOSING.has(key) || key === "Home" || key === "End";
  return key === " " && target.closest("button, summary") !== null;
}
