import { m } from "$messages";
import { clockTime, weekday } from "$shared/dates";
import { list } from "$shared/locale";
import type { DoorHours, HolderClass } from "../bindings";

const WHO: Record<HolderClass, () => string> = {
  resident: m.door_hours_residents,
  guest: m.door_hours_guests,
  courier: m.door_hours_couriers,
  staff: m.door_hours_staff,
};

const EVERY_DAY = 0b111_1111;
const DAY_MIN = 24 * 60;
const DAYS = 7;

/** One line for each class that has hours at a door, as `Couriers Mon–Fri 8:00–20:00`. */
export function hoursInWords(hours: readonly DoorHours[]): string[] {
  const classes = [...new Set(hours.map((each) => each.class))];
  return classes.map((of) => {
    const own = hours.filter((each) => each.class === of);
    return m.door_hours({ who: WHO[of](), when: list(own.map(spanInWords)) });
  });
}

function spanInWords({ days, fromMin, toMin }: DoorHours): string {
  const allDay = fromMin === 0 && toMin === DAY_MIN;
  const span = allDay ? m.door_hours_all_day() : `${clockTime(fromMin)}–${clockTime(toMin)}`;
  return days === EVERY_DAY ? span : `${daysInWords(days)} ${span}`;
}

/** Runs of days as `Mon–Fri`, the others by name. */
function daysInWords(days: number): string {
  const runs: string[] = [];
  for (let day = 0; day < DAYS; day += 1) {
    const first = day;
    while (days & (1 << day)) day += 1;
    if (day === first) continue;
    const last = day - 1;
    runs.push(last === first ? weekday(first) : `${weekday(first)}–${weekday(last)}`);
  }
  return list(runs);
}
