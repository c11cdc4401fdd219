import { PRESETS, type Preset } from "./presets";
import type { View } from "./view";

/** How somebody looked at a door's pictures. */
export interface Looked {
  whole: boolean;
  chosen: Preset | null;
  view: View;
}

/** How this door was looked at last, in this session. */
export function recall(doorId: string): Looked | null {
  const kept: unknown = JSON.parse(sessionStorage.getItem(key(doorId)) ?? "null");
  return isLooked(kept) ? kept : null;
}

export function remember(doorId: string, looked: Looked): void {
  sessionStorage.setItem(key(doorId), JSON.stringify(looked));
}

function key(doorId: string): string {
  return `looked:${doorId}`;
}

function isLooked(kept: unknown): kept is Looked {
  if (typeof kept !== "object" || kept === null) return false;
  const { whole, chosen, view } = kept as Partial<Looked>;
  const isKnown = chosen === null || PRESETS.some((name) => name === chosen);
  return typeof whole === "boolean" && isKnown && isView(view);
}

function isView(view: Partial<View> | undefined): boolean {
  return [view?.panDeg, view?.tiltDeg, view?.zoom].every(Number.isFinite);
}
