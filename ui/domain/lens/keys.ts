import { isTypedInto } from "$shared/keyboard";
import type { Sight } from "./sight.svelte";

type Control = Pick<Sight, "step" | "zoomBy" | "show" | "toggleWhole">;

/** Of what is in view. */
const STEP = 0.125;

const CLOSER = 1.25;

const TURNS: Record<string, (sight: Control) => void> = {
  ArrowLeft: (sight) => sight.step(-STEP, 0),
  ArrowRight: (sight) => sight.step(STEP, 0),
  ArrowUp: (sight) => sight.step(0, STEP),
  ArrowDown: (sight) => sight.step(0, -STEP),
};

const ZOOMS: Record<string, (sight: Control) => void> = {
  "+": (sight) => sight.zoomBy(CLOSER),
  "=": (sight) => sight.zoomBy(CLOSER),
  "-": (sight) => sight.zoomBy(1 / CLOSER),
  "0": (sight) => sight.show("door"),
};

/**
 * Does what a key means for a view. Arrows alone look around while the picture has the focus, and with Shift from
 * anywhere: alone they are the player's. To be called before whoever else listens; what it takes is default-prevented.
 */
export function handleKey(
  event: KeyboardEvent,
  sight: Control & { straightened: boolean },
  onPicture: boolean,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isWanted(event.target)) return;
  const { key, shiftKey } = event;
  const look = sight.straightened
    ? (ZOOMS[key] ?? (shiftKey || onPicture ? TURNS[key] : null))
    : null;
  const action = key.toLowerCase() === "w" ? (control: Control) => control.toggleWhole() : look;
  if (!action) return;
  event.preventDefault();
  action(sight);
}

/** Whether the focused element needs every key itself. */
function isWanted(target: EventTarget | null): boolean {
  return (
    isTypedInto(target) || (target instanceof HTMLElement && target.closest("select") !== null)
  );
}
