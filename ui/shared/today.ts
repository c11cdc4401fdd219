import { createSubscriber } from "svelte/reactivity";
import { startOfDay } from "./dates";

/** A machine that sleeps does not count the time, so the clock is looked at now and then. */
const LONGEST_MS = 10 * 60_000;

function untilTomorrow(nowMs: number): number {
  const next = new Date(startOfDay(nowMs));
  return next.setDate(next.getDate() + 1) - nowMs;
}

const follow = createSubscriber((update) => {
  let day = startOfDay(Date.now());
  let timer: ReturnType<typeof setTimeout>;
  const look = () => {
    const nowMs = Date.now();
    clearTimeout(timer);
    timer = setTimeout(look, Math.min(untilTomorrow(nowMs), LONGEST_MS));
    if (startOfDay(nowMs) === day) return;
    day = startOfDay(nowMs);
    update();
  };
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
});

/** The local day that it is. What is made from it is made anew at midnight, however long a window stays open. */
export const today = {
  get startMs(): number {
    follow();
    return startOfDay(Date.now());
  },
};
