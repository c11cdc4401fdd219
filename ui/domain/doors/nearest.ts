import type { DoorCard } from "../bindings";

/*
 * The order of doors is the core's: near ones first, the nearest at the top, then pinned ones in the person's own
 * order, then the rest (`crates/resident/src/order.rs`). A window shows that order but for a while, so that nothing
 * jumps away from under a finger:
 *
 * - While a door is busy, or somebody is about to press something (`Stillness`), everything stays where it is.
 * - The large control goes to another door only once that one is clearly nearer.
 * - What the person does, as pinning a door, shows at once.
 */

/** How much stronger another door must be before it takes the large control away from under a thumb. */
export const LEAD_DB = 6;

const ACTIVE = new Set([
  "confirming",
  "searching",
  "connecting",
  "unlocking",
  "unlocked",
  "failed",
]);

/** Whether the door's control is in the middle of something that a person is watching. */
export function isActive(door: DoorCard): boolean {
  return ACTIVE.has(door.unlock.kind);
}

/**
 * The door for the large control: the first of the core's order that this device has a key for, unless the door shown
 * so far is busy, is held still, or is only slightly weaker.
 */
export function chooseNearest(
  doors: readonly DoorCard[],
  shownId: string | null,
  still = false,
): DoorCard | undefined {
  const first = doors.find(({ credential }) => credential !== "none") ?? doors[0];
  const shown = doors.find(({ id }) => id === shownId);
  if (!first || !shown || shown === first) return first;
  if (still || isActive(shown)) return shown;
  if (shown.nearby !== first.nearby) return first.nearby ? first : shown;
  if (!first.nearby) return first;
  if (shown.rssiDbm === null || first.rssiDbm === null) return shown;
  return first.rssiDbm - shown.rssiDbm >= LEAD_DB ? first : shown;
}

/** Keeps the list's order while a door in it is busy or all is held still; doors that are new come last, gone ones leave. */
export function steadyOrder(
  doors: readonly DoorCard[],
  shownIds: readonly string[],
  still = false,
): readonly DoorCard[] {
  if (!still && !doors.some(isActive)) return doors;
  const rank = (door: DoorCard): number => {
    const index = shownIds.indexOf(door.id);
    return index < 0 ? shownIds.length : index;
  };
  return doors.toSorted((a, b) => rank(a) - rank(b));
}
