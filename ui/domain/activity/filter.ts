import type { ActivityFilter, ActivityWho } from "../bindings";

/** Looks for nothing in particular. */
export const EVERYTHING: ActivityFilter = { doorId: null, who: null, text: "" };

export const WHO: readonly ActivityWho[] = ["delivery", "courier", "guest", "staff", "own"];

export function asksForAll({ doorId, who, text }: ActivityFilter): boolean {
  return doorId === null && who === null && text.trim() === "";
}

/** As the part of an address after its question mark; empty where it asks for all. */
export function toQuery({ doorId, who, text }: ActivityFilter): string {
  const query = new URLSearchParams();
  if (who) query.set("who", who);
  if (doorId) query.set("door", doorId);
  if (text.trim()) query.set("text", text);
  return query.toString();
}

export function fromQuery(text: string): ActivityFilter {
  const query = new URLSearchParams(text);
  const who = query.get("who");
  return {
    doorId: query.get("door"),
    who: WHO.find((known) => known === who) ?? null,
    text: query.get("text") ?? "",
  };
}
