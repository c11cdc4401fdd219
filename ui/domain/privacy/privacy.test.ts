import { expect, it } from "vitest";
import { fakeBackend } from "../../testing/backend";
import type { AppError, WatchedDay } from "../bindings";
import { Asked } from "./asked.svelte";
import { dayMs, storage, timeSpan } from "./numbers";
import { Watched } from "./watched.svelte";

const unreachable: AppError = { code: "hub_unreachable", retryable: true };

const day = (date: string): WatchedDay => ({ date, own: [], strangers: [], others: [] });

it.each([
  [3 * 86_400, "3 days"],
  [86_400, "1 day"],
  [36 * 3_600, "36 hours"],
  [5_400, "1.5 hours"],
])("%d seconds are %s", (seconds, words) => {
  expect(timeSpan(seconds)).toBe(words);
});

it.each([
  [20 * 1024 ** 3, "20 GB"],
  [1.5 * 1024 ** 3, "1.5 GB"],
  [300 * 1024 ** 2, "300 MB"],
])("%d bytes are %s", (bytes, words) => {
  expect(storage(bytes)).toBe(words);
});

it("a day of the building is the same day wherever it is shown", () => {
  const shown = new Date(dayMs("2026-05-12"));
  expect([shown.getFullYear(), shown.getMonth(), shown.getDate()]).toEqual([2026, 4, 12]);
});

it("what failed can be asked for again", async () => {
  const answers = [Promise.reject(unreachable), Promise.resolve(7)];
  answers[0]?.catch(() => undefined);
  const asked = new Asked(() => answers.shift() ?? Promise.resolve(0));
  await asked.load();
  expect(asked.answer).toMatchObject({ kind: "failed", unreachable: true });
  await asked.load();
  expect(asked.answer).toEqual({ kind: "shown", value: 7 });
});

it("earlier days come after those that are here, and what is here outlives a failure", async () => {
  const asked: (string | null)[] = [];
  let fails = false;
  const watched = new Watched(
    fakeBackend({
      watched: (before) => {
        asked.push(before);
        if (fails) return Promise.reject(unreachable);
        return Promise.resolve(
          before === null
            ? { days: [day("2026-05-12")], next: "2026-05-06" }
            : { days: [day("2026-05-01")], next: null },
        );
      },
    }),
  );
  await watched.load();
  fails = true;
  await watched.load(true);
  expect(watched.state).toBe("failed");
  expect(watched.days).toHaveLength(1);
  fails = false;
  await watched.load(true);
  expect(watched.days.map(({ date }) => date)).toEqual(["2026-05-12", "2026-05-01"]);
  expect(watched.next).toBeNull();
  expect(asked).toEqual([null, "2026-05-06", "2026-05-06"]);
});
