const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/** How long to wait before the `attempt`th new try, counted from 0. */
export function pauseMs(attempt: number): number {
  return Math.min(FIRST_MS * 2 ** attempt, LONGEST_MS);
}
