/** Whole seconds to show until `untilMs`: never below 0. */
export function secondsLeft(untilMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
}

/** The share of `unlockS` that is left, from 1 down to 0. */
export function shareLeft(untilMs: number, unlockS: number, nowMs: number): number {
  if (unlockS <= 0) return 0;
  return Math.min(1, Math.max(0, (untilMs - nowMs) / (unlockS * 1000)));
}
