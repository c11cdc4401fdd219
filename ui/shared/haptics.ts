/** What a hand feels, in milliseconds of vibration and pause. */
const PATTERNS = {
  /** A press was taken. */
  press: [12],
  /** Two soft knocks: it worked. */
  success: [24, 70, 24],
  /** One long, heavy one. */
  failure: [180],
} as const;

export type Feeling = keyof typeof PATTERNS;

/** What makes a hand feel something: the browser here, the system's own haptics in a shell that has them. */
export type Vibrate = (pattern: number[]) => unknown;

const reducedMotion = "(prefers-reduced-motion: reduce)";

/** Whether this device can be felt at all. */
export function canVibrate(): boolean {
  return "vibrate" in navigator && matchMedia("(pointer: coarse)").matches;
}

/** Whether the person wants it: as chosen, or else unless the system asks for less motion. */
export function wantsHaptics(chosen: boolean | null): boolean {
  return chosen ?? !matchMedia(reducedMotion).matches;
}

/** Lets the hand feel it; does nothing where the device cannot, or the person does not want it. */
export function feel(feeling: Feeling, chosen: boolean | null, vibrate = browserVibrate()): void {
  if (!vibrate || !wantsHaptics(chosen)) return;
  vibrate([...PATTERNS[feeling]]);
}

function browserVibrate(): Vibrate | undefined {
  if (!("vibrate" in navigator)) return undefined;
  return (pattern) => navigator.vibrate(pattern);
}
