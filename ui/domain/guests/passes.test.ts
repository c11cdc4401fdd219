import { expect, it } from "vitest";
import { fakeBackend } from "../../testing/backend";
import { item } from "../mock/building";
import { somePasses } from "../mock/guests";
import type { AppError, Pass, PassDraft } from "../bindings";
import { Passes } from "./passes.svelte";

const NOW = new Date("2026-05-12T18:42:00").getTime();

const unreachable: AppError = { code: "hub_unreachable", retryable: true };

function passesOf(lists: Pass[][], failure: AppError | null = null) {
  let asked = 0;
  const backend = fakeBackend({
    passes: () => Promise.resolve({ passes: lists[asked++] ?? [], failure }),
    makePass: (draft: PassDraft) =>
      Promise.resolve({ ...lists[0]?.[0], ...draft, id: "new" } as Pass),
    revokePass: () => Promise.reject(unreachable),
  });
  return { backend, passes: new Passes(backend), asked: () => asked };
}

it("tells open passes from those that ended", async () => {
  const { passes } = passesOf([somePasses(NOW)]);
  expect(passes.state).toBe("loading");
  await passes.start();
  expect(passes.state).toBe("ready");
  expect(passes.open.map(({ label }) => label)).toEqual(["Ines Falk", "The sofa", "Aunt Klara"]);
  expect(passes.ended).toHaveLength(3);
});

it("shows what was known and why it may be old, where the hub is not reached", async () => {
  const { passes } = passesOf([somePasses(NOW)], unreachable);
  await passes.start();
  expect(passes.list).toHaveLength(6);
  expect(passes.failure).toEqual(unreachable);
});

it("looks again when somebody comes with a pass, and not for others", async () => {
  const { backend, passes, asked } = passesOf([somePasses(NOW), []]);
  await passes.start();
  const entry = {
    type: "entry",
    class: "guest",
    carrier: null,
    driver: null,
    guest: "Ines",
  } as const;
  const came = (pass: string | null) =>
    item(1, NOW, "main", { ...entry, pass, byKeypad: true }, null);
  backend.emit("activity-added", came(null));
  expect(asked()).toBe(1);
  backend.emit("activity-added", came("pass-ines"));
  expect(asked()).toBe(2);
  await expect.poll(() => passes.list).toEqual([]);
});

it("knows when the next pass begins or ends, its last second included", async () => {
  const { passes } = passesOf([somePasses(NOW)]);
  expect(passes.nextChange()).toBeNull();
  await passes.start();
  expect(passes.nextChange()).toBe(new Date("2026-05-12T23:59:01").getTime());
});

it("puts a made pass first, and keeps the list when something fails", async () => {
  const { passes } = passesOf([somePasses(NOW)]);
  await passes.start();
  const made = await passes.make({ label: "Tomás" } as PassDraft);
  expect(passes.list[0]).toEqual(made);
  await expect(passes.revoke(made)).rejects.toEqual(unreachable);
  expect(passes.list).toHaveLength(7);
});
