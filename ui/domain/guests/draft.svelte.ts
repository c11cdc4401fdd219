import { m } from "$messages";
import type { DoorCard, PassDraft, PassKind, PassUses } from "../bindings";
import { DAY_MS, fromField, LONGEST_MS, soon, toField, tonight } from "./times";

/** What is wrong with a draft, by its field. */
export interface Faults {
  label?: string;
  doors?: string;
  from?: string;
  until?: string;
}

/** A pass while somebody says what it is to be. */
export class Draft {
  label = $state("");
  uses = $state<PassUses>("several");
  starts = $state<"now" | "later">("now");
  from = $state("");
  until = $state("");

  private kindNow = $state<PassKind>("guest");
  private chosen = $state.raw<readonly string[]>([]);

  constructor(
    private readonly doors: readonly DoorCard[],
    private readonly nowMs: () => number,
    /** Whether the person chose on this device that a delivery may open the apartment. */
    private readonly homeOpens = false,
  ) {
    const first = this.choices[0];
    if (first) this.chosen = [first.id];
    this.from = toField(soon(nowMs()));
    this.until = toField(tonight(nowMs()));
  }

  get kind(): PassKind {
    return this.kindNow;
  }

  /** Doors that a pass of the new kind opens only when it is said so are given up. */
  set kind(kind: PassKind) {
    this.kindNow = kind;
    const usual = this.choices.filter((door) => kind === "guest" || door.kind === "common");
    this.chosen = this.chosen.filter((id) => usual.some((door) => door.id === id));
    const [first] = usual;
    if (this.chosen.length === 0 && first) this.chosen = [first.id];
  }

  /** The doors that it may open. An apartment's door without a keypad takes no code of a delivery. */
  get choices(): readonly DoorCard[] {
    if (this.kindNow === "guest") return this.doors;
    const mayOpen = (door: DoorCard) => door.kind === "common" || isHome(door, this.homeOpens);
    return this.doors.filter(mayOpen);
  }

  /** The apartment's door, where a delivery is to open it. */
  get home(): DoorCard | undefined {
    if (this.kindNow !== "delivery") return undefined;
    return this.doors.find(({ id, kind }) => kind === "unit" && this.doorIds.includes(id));
  }

  /** Whether the form offers a delivery the apartment's door. */
  get offersHome(): boolean {
    return this.choices.some(({ kind }) => kind === "unit") && this.kindNow === "delivery";
  }

  /** The first entry of a pass that is good once ends it everywhere, so that it is for one door. */
  get opensOnce(): boolean {
    return this.kindNow === "delivery" || this.uses === "once";
  }

  get doorIds(): readonly string[] {
    return this.opensOnce ? this.chosen.slice(0, 1) : this.chosen;
  }

  choose(doorId: string, wanted: boolean): void {
    if (this.opensOnce) {
      this.chosen = [doorId];
      return;
    }
    const others = this.chosen.filter((id) => id !== doorId);
    this.chosen = wanted ? [...others, doorId] : others;
  }

  /** What has to be mended before the pass can be made. */
  faults(): Faults {
    const faults: Faults = {};
    const now = this.nowMs();
    const from = this.starts === "now" ? now : fromField(this.from);
    if (this.label.trim() === "") faults.label = m.guests_name_missing();
    if (this.doorIds.length === 0) faults.doors = m.guests_doors_missing();
    if (from === null || from > now + LONGEST_MS) faults.from = m.guests_from_missing();
    const end = fromField(this.until);
    const until = endFault(end, from ?? now, now);
    if (until) faults.until = until;
    else if (this.home && end !== null && end > (from ?? now) + DAY_MS) {
      faults.until = m.guests_until_day();
    }
    return faults;
  }

  /** The pass that was described; only when it has no faults. */
  pass(): PassDraft {
    return {
      kind: this.kindNow,
      label: this.label.trim(),
      doorIds: [...this.doorIds],
      fromMs: this.starts === "now" ? null : fromField(this.from),
      untilMs: fromField(this.until) ?? 0,
      uses: this.opensOnce ? "once" : "several",
    };
  }
}

function isHome({ kind, keypad }: DoorCard, homeOpens: boolean): boolean {
  return homeOpens && kind === "unit" && keypad;
}

/** What is wrong with an end, for a pass that begins at `fromMs`. */
export function endFault(
  untilMs: number | null,
  fromMs: number,
  nowMs: number,
): string | undefined {
  if (untilMs === null) return m.guests_until_missing();
  if (untilMs <= nowMs) return m.guests_until_past();
  if (untilMs <= fromMs) return m.guests_until_early();
  if (untilMs > fromMs + LONGEST_MS) return m.guests_until_long();
  return undefined;
}
