import { expect, test } from "vitest";
import { LoginStart } from "./login-start.svelte";

const failing = () => Promise.reject(Object.assign(new Error(), { code: "login_start_failed" }));

test("what holds is what the system answers, not what was wished", async () => {
  const start = new LoginStart({
    loginStart: () => Promise.resolve(false),
    setLoginStart: () => Promise.resolve(false),
  });
  expect(start.holds).toBeUndefined();
  await start.ask();
  expect(start.holds).toBe(false);
  expect(await start.set(true)).toBe(true);
  expect(start.holds).toBe(false);
});

test("a system that refuses leaves what held, and says why", async () => {
  const start = new LoginStart({
    loginStart: () => Promise.resolve(true),
    setLoginStart: failing,
  });
  await start.ask();
  expect(await start.set(false)).toBe(false);
  expect(start.holds).toBe(true);
  expect(start.failed?.code).toBeDefined();
  expect(start.busy).toBe(false);
});
