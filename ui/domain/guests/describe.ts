import { m } from "$messages";
import { list } from "$shared/locale";
import type { DoorCard, Pass, PassState } from "../bindings";
import { momentInWords } from "./times";

export const STATE: Record<PassState, () => string> = {
  later: m.guests_later,
  good: m.guests_good,
  used: m.guests_used,
  over: m.guests_over,
  revoked: m.guests_revoked,
};

/** Whether it opens now or will. */
export function isOpen({ state }: Pick<Pass, "state">): boolean {
  return state === "good" || state === "later";
}

/** The names of the doors that a pass opens. */
export function doorsInWords({ doorIds }: Pass, doors: readonly DoorCard[]): string {
  const names = new Map(doors.map(({ id, name }) => [id, name]));
  return list(doorIds.map((id) => names.get(id) ?? m.guests_former_door()));
}

/** Whether it lets a delivery into the apartment. */
export function opensHome({ kind, doorIds }: Pass, doors: readonly DoorCard[]): boolean {
  const isHome = ({ id, kind }: DoorCard) => kind === "unit" && doorIds.includes(id);
  return kind === "delivery" && doors.some(isHome);
}

export function usesInWords(pass: Pass, doors: readonly DoorCard[]): string {
  const { kind, uses } = pass;
  if (opensHome(pass, doors)) return m.guests_delivery_home();
  if (kind === "delivery") return m.guests_delivery();
  return uses === "once" ? m.guests_once() : m.guests_several();
}

/** From when until when, as far as it matters now. */
export function timeInWords(pass: Pass, nowMs: number): string {
  const end = momentInWords(pass.untilMs, nowMs);
  if (pass.state === "later") {
    return m.guests_from_until({ start: momentInWords(pass.fromMs, nowMs), end });
  }
  return m.guests_until({ end });
}
