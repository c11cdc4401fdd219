import { describe, expect, it, vi } from "vitest";
import { fakeBackend } from "../testing/backend";
import { App } from "./app.svelte";
import type { Backend } from "./backend";
import { enrolled } from "./mock/building";
import type { AppError, UnlockState } from "./bindings";

const DOOR = "door-main";
const lost: AppError = { code: "connection_lost", retryable: true };
const failed: UnlockState = { kind: "failed", error: lost };

async function started(answers: Partial<Backend> = {}) {
  const backend = fakeBackend({
    snapshot: () => Promise.resolve(enrolled),
    unlockRemotely: () => Promise.resolve(null),
    ...answers,
  });
  const app = new App(backend);
  await app.start();
  const shown = () => app.snapshot?.doors.find(({ id }) => id === DOOR)?.unlock;
  const tell = (unlock: UnlockState) => backend.emit("unlock-changed", { doorId: DOOR, unlock });
  const repeat = (unlock: UnlockState) =>
    backend.emit("snapshot-changed", {
      ...enrolled,
      doors: enrolled.doors.map((door) => (door.id === DOOR ? { ...door, unlock } : door)),
    });
  return { app, shown, tell, repeat };
}

describe("the app's picture of the core", () => {
  it("follows a door through an unlock", async () => {
    const { shown, tell } = await started();
    tell({ kind: "searching" });
    expect(shown()).toEqual({ kind: "searching" });
    tell({ kind: "relocked" });
    expect(shown()).toEqual({ kind: "relocked" });
  });

  it("shows what was chosen at once, and takes it back when the core cannot keep it", async () => {
    const setPreferences = vi.fn().mockResolvedValueOnce(null).mockRejectedValueOnce(lost);
    const { app } = await started({ setPreferences });
    await app.choose({ language: "es" });
    expect(app.snapshot?.preferences.language).toBe("es");
    const refused = app.choose({ language: "en" });
    expect(app.snapshot?.preferences.language).toBe("en");
    await expect(refused).rejects.toMatchObject(lost);
    expect(app.snapshot?.preferences.language).toBe("es");
    expect(setPreferences.mock.calls).toMatchObject([[{ language: "es" }], [{ language: "en" }]]);
  });

  it("leaves the other doors alone", async () => {
    const { app, tell } = await started();
    tell({ kind: "searching" });
    const others = app.snapshot?.doors.filter(({ id }) => id !== DOOR) ?? [];
    expect(others.map(({ unlock }) => unlock.kind)).toEqual(["idle", "idle"]);
  });

  it("keeps a dismissed failure away although every snapshot repeats it", async () => {
    const { app, shown, tell, repeat } = await started();
    tell(failed);
    app.dismiss(DOOR);
    repeat(failed);
    repeat(failed);
    expect(shown()).toEqual({ kind: "idle" });
  });

  it("shows the same failure again after another try", async () => {
    const { app, shown, tell, repeat } = await started();
    tell(failed);
    app.dismiss(DOOR);
    tell({ kind: "searching" });
    repeat(failed);
    expect(shown()).toEqual(failed);
  });

  it("shows another failure than the dismissed one", async () => {
    const { app, shown, tell } = await started();
    tell(failed);
    app.dismiss(DOOR);
    const other: UnlockState = { kind: "failed", error: { code: "timeout", retryable: true } };
    tell(other);
    expect(shown()).toEqual(other);
  });

  it("shows a refused command as the door's failure", async () => {
    const backend = fakeBackend({
      snapshot: () => Promise.resolve(enrolled),
      unlock: () => Promise.reject(lost),
    });
    const app = new App(backend);
    await app.start();
    await app.unlock(DOOR);
    expect(app.snapshot?.doors[0]?.unlock).toEqual(failed);
  });

  it("remembers which door it asked from afar", async () => {
    const asked: string[] = [];
    const done = (how: string) => (id: string) => {
      asked.push(`${how} ${id}`);
      return Promise.resolve(null);
    };
    const backend = fakeBackend({
      snapshot: () => Promise.resolve(enrolled),
      unlock: done("here"),
      unlockRemotely: done("afar"),
    });
    const app = new App(backend);
    await app.start();
    await app.unlockRemotely(DOOR);
    expect([app.isRemote(DOOR), app.isRemote("door-flat")]).toEqual([true, false]);
    await app.unlock(DOOR);
    expect(app.isRemote(DOOR)).toBe(false);
    expect(asked).toEqual([`afar ${DOOR}`, `here ${DOOR}`]);
  });

  it("takes a door that is searched for as one that somebody stands before", async () => {
    const { app, tell } = await started();
    await app.unlockRemotely(DOOR);
    tell({ kind: "connecting" });
    expect(app.isRemote(DOOR)).toBe(true);
    tell({ kind: "searching" });
    expect(app.isRemote(DOOR)).toBe(false);
  });

  it("shows a refused command from afar as the door's failure", async () => {
    const backend = fakeBackend({
      snapshot: () => Promise.resolve(enrolled),
      unlockRemotely: () => Promise.reject(lost),
    });
    const app = new App(backend);
    await app.start();
    await app.unlockRemotely(DOOR);
    expect(app.snapshot?.doors[0]?.unlock).toEqual(failed);
  });

  it("asks only once every listener is in place", async () => {
    const asked: string[] = [];
    const backend = fakeBackend({
      snapshot: () => {
        asked.push("snapshot");
        return Promise.resolve(enrolled);
      },
    });
    const slow = new Promise<() => void>((resolve) =>
      setTimeout(() => {
        asked.push("listening");
        resolve(() => undefined);
      }, 5),
    );
    await new App(backend).start(slow);
    expect(asked).toEqual(["listening", "snapshot"]);
  });

  it("says when the core cannot be asked, and recovers", async () => {
    let broken = true;
    const backend = fakeBackend({
      snapshot: () => (broken ? Promise.reject(new Error("no core")) : Promise.resolve(enrolled)),
    });
    const app = new App(backend);
    await app.start();
    expect(app.failed?.code).toBe("internal");
    broken = false;
    await app.refresh();
    expect(app.failed).toBeNull();
    expect(app.snapshot?.enrolled?.buildingName).toBe("Linden House");
  });
});
