/** Two seeks, one after the other, take a browser longer than this. */
const STRAIGHT_MS = 80;

/** Whether all that is on its way comes so soon that a jump is better made in one go. */
export function comesAtOnce(arrival: Promise<boolean>): Promise<boolean> {
  const isHere = arrival.catch(() => false);
  const isLate = new Promise<boolean>((resolve) => setTimeout(resolve, STRAIGHT_MS, false));
  return Promise.race([isHere, isLate]);
}
