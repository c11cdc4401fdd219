export const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 4] as const;

/** How fast clips play, from one to the next, until the window closes. */
export const chosenSpeed = { value: 1 };

/** The speed one step slower (-1) or faster (1); the last one stays. */
export function nextSpeed(speed: number, direction: -1 | 1): number {
  const at = SPEEDS.findIndex((known) => known === speed);
  return SPEEDS[at + direction] ?? speed;
}
