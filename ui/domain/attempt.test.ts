import { expect, it, vi } from "vitest";
import { Attempt } from "./attempt.svelte";
import type { AppError } from "./bindings";

const lost: AppError = { code: "connection_lost", retryable: true };
const fails = () => Promise.reject(lost);
const succeeds = () => Promise.resolve();

function held() {
  let finish = (): void => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  return { act: vi.fn(() => done), finish };
}

it("is busy until the answer is here", async () => {
  const attempt = new Attempt();
  const { act, finish } = held();
  const asked = attempt.run(act);
  expect(attempt.busy).toBe(true);
  finish();
  expect(await asked).toBe(true);
  expect(attempt.busy).toBe(false);
});

it("says why it failed, until it is tried again", async () => {
  const attempt = new Attempt();
  expect(await attempt.run(fails)).toBe(false);
  expect(attempt.failure).toMatchObject({ offerRetry: true });
  expect(attempt.busy).toBe(false);
  expect(await attempt.run(succeeds)).toBe(true);
  expect(attempt.failure).toBeNull();
});

it("begins nothing twice", async () => {
  const attempt = new Attempt();
  const { act, finish } = held();
  const first = attempt.run(act);
  expect(await attempt.run(act)).toBe(false);
  finish();
  expect(await first).toBe(true);
  expect(act).toHaveBeenCalledOnce();
});

it("loses no choice that is made while the last one is being kept", async () => {
  const attempt = new Attempt();
  const { act, finish } = held();
  const first = attempt.runBeside(act);
  const second = attempt.runBeside(act);
  expect(act).toHaveBeenCalledTimes(2);
  finish();
  expect(await Promise.all([first, second])).toEqual([true, true]);
  expect(attempt.busy).toBe(false);
});
