import type { ActivityFilter, ActivityItem, ActivityKind } from "../bindings";

/** Whether a filter lets an item through, as the real core has it. */
export function matches(item: ActivityItem, { doorId, who, text }: ActivityFilter): boolean {
  if (doorId !== null && item.doorId !== doorId) return false;
  if (who === "delivery" && !(item.kind.type === "entry" && item.kind.class === "courier")) {
    return false;
  }
  if (who !== null && who !== "delivery" && whoOf(item.kind) !== who) return false;
  const names = folded([...namesIn(item.kind), item.doorName].join("\n"));
  return folded(text)
    .split(/\s+/)
    .every((word) => names.includes(word));
}

function whoOf(kind: ActivityKind): string | null {
  if (kind.type === "own_unlock") return "own";
  return kind.type === "alert" ? null : kind.class;
}

function namesIn(kind: ActivityKind): string[] {
  if (kind.type === "own_unlock" || kind.type === "alert") return [];
  const driver = kind.type === "entry" ? kind.driver : null;
  return [kind.carrier, driver, kind.guest].filter((name) => name !== null);
}

/** Without case and accents. */
function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
