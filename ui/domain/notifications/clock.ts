const HOUR_MIN = 60;

/** Minutes after midnight as a time field holds them, as in `07:05`. */
export function toField(minutes: number): string {
  const two = (number: number) => `${number}`.padStart(2, "0");
  return `${two(Math.floor(minutes / HOUR_MIN))}:${two(minutes % HOUR_MIN)}`;
}

/** The minutes after midnight that a time field holds; `null` while it holds none. */
export function fromField(value: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)/.exec(value) ?? [];
  return hours && minutes ? Number(hours) * HOUR_MIN + Number(minutes) : null;
}
