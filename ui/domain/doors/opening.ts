import type { DoorHours } from "../bindings";

const DAY_MIN = 24 * 60;
const DAYS = 7;

/** When a door opens next for a class: a day of the week, 0 for Monday, and a minute of it, by the building's clock. */
export interface Opening {
  day: number;
  minute: number;
  today: boolean;
}

/** The first beginning of residents' hours after `nowMs`; `null` where they have none. */
export function nextOpening(
  hours: readonly DoorHours[],
  nowMs: number,
  timeZone: string | null,
): Opening | null {
  const now = wallClock(nowMs, timeZone);
  const openings = hours
    .filter((each) => each.class === "resident")
    .flatMap(({ days, fromMin }) => beginnings(days, fromMin, now));
  const next = openings.toSorted((a, b) => a.inMin - b.inMin)[0];
  if (!next) return null;
  const { day, minute } = next;
  return { day, minute, today: day === now.day && minute > now.minute };
}

function beginnings(days: number, minute: number, now: { day: number; minute: number }) {
  const begins = Array.from({ length: DAYS }, (_, day) => day).filter((day) => days & (1 << day));
  return begins.map((day) => {
    const ahead = (day - now.day) * DAY_MIN + minute - now.minute;
    return { day, minute, inMin: ahead > 0 ? ahead : ahead + DAYS * DAY_MIN };
  });
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** The day and minute in a time zone; the device's own where none is known, or none of that name. */
function wallClock(ms: number, timeZone: string | null): { day: number; minute: number } {
  const parts = clockOf(timeZone ?? undefined).formatToParts(ms);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  return {
    day: WEEKDAYS.indexOf(part("weekday")),
    minute: Number(part("hour")) * 60 + Number(part("minute")),
  };
}

function clockOf(timeZone?: string): Intl.DateTimeFormat {
  const shape: Intl.DateTimeFormatOptions = {
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  };
  try {
    return new Intl.DateTimeFormat("en", { ...shape, timeZone });
  } catch {
    return new Intl.DateTimeFormat("en", shape);
  }
}
