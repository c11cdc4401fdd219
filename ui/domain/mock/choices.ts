import type { ActivityItem, DoorCard, Preferences, Snapshot } from "../bindings";
import { manyDoors } from "./building";
import type { Outcome } from "./scenario";

/** Where a reload finds what was chosen. */
const PREFERENCES = "mock-preferences";

export function keepChoices(preferences: Preferences): void {
  sessionStorage.setItem(PREFERENCES, JSON.stringify(preferences));
}

export function withChoices(snapshot: Snapshot): Snapshot {
  const kept = sessionStorage.getItem(PREFERENCES);
  const preferences = kept === null ? snapshot.preferences : (JSON.parse(kept) as Preferences);
  return { ...snapshot, preferences, doors: ordered(snapshot.doors, preferences.pinned) };
}

/** As the real core's order: near, pinned, the rest as it was at first. */
export function ordered(doors: readonly DoorCard[], pinned: readonly string[]): DoorCard[] {
  const asInvented = [...manyDoors, ...doors].map(({ id }) => id);
  const place = ({ id }: DoorCard) => (pinned.includes(id) ? pinned.indexOf(id) : pinned.length);
  const strength = ({ nearby, rssiDbm }: DoorCard) => (nearby ? (rssiDbm ?? -200) : -Infinity);
  return doors
    .toSorted((a, b) => asInvented.indexOf(a.id) - asInvented.indexOf(b.id))
    .toSorted((a, b) => place(a) - place(b))
    .toSorted((a, b) => (strength(a) === strength(b) ? 0 : strength(b) - strength(a)));
}

export function waitingOf(activity: Outcome<ActivityItem[]>): ActivityItem[] {
  const items = Array.isArray(activity) ? activity : [];
  return items.filter(({ delivery }) => delivery?.state === "waiting");
}

export function withDeliveries(snapshot: Snapshot, activity: Outcome<ActivityItem[]>): Snapshot {
  const waiting = waitingOf(activity);
  return { ...snapshot, deliveries: { count: waiting.length, newest: waiting[0] ?? null } };
}
