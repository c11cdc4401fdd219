import { describe, expect, it } from "vitest";
import { announcer } from "$shared/announcer.svelte";
import { fakeBackend } from "../../testing/backend";
import { ClipExport, ClipExports } from "./exporting.svelte";

function pending<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

describe("saving a clip", () => {
  it("shows how far it is, and where the film lies in the end", async () => {
    const answer = pending<{ path: string }>();
    const backend = fakeBackend({ exportClip: () => answer.promise });
    const saving = new ClipExport(backend, "one");
    const saved = saving.save();
    expect(saving.state).toEqual({ kind: "saving", done: 0, total: 0 });
    await Promise.resolve();
    backend.emit("export-progress", { clipId: "other", done: 9, total: 9 });
    backend.emit("export-progress", { clipId: "one", done: 3, total: 8 });
    expect(saving.state).toEqual({ kind: "saving", done: 3, total: 8 });
    answer.resolve({ path: "/home/maya/Downloads/Lobby.mp4" });
    await saved;
    expect(saving.state).toEqual({ kind: "saved", path: "/home/maya/Downloads/Lobby.mp4" });
  });

  it("is asked for once, however often it is pressed", async () => {
    const answer = pending<{ path: string }>();
    let asked = 0;
    const exportClip = () => ((asked += 1), answer.promise);
    const saving = new ClipExport(fakeBackend({ exportClip }), "one");
    const saved = Promise.all([saving.save(), saving.save()]);
    answer.resolve({ path: "one.mp4" });
    await saved;
    expect(asked).toBe(1);
  });

  it("says what failed, and can be tried again where that may help", async () => {
    const fails = (code: "export_exists" | "export_failed", retryable: boolean) => async () => {
      const exportClip = () => Promise.reject({ code, retryable });
      const saving = new ClipExport(fakeBackend({ exportClip }), "one");
      await saving.save();
      if (saving.state.kind !== "failed") throw new Error("it did not fail");
      return saving.state.failure;
    };
    const exists = await fails("export_exists", false)();
    expect(exists.title).toBe("This video was saved before");
    expect(exists.offerRetry).toBe(false);
    expect((await fails("export_failed", true)()).offerRetry).toBe(true);
    expect(announcer.assertive.text).toContain("It could not be saved");
  });

  it("ends also where its progress cannot be followed", async () => {
    const listen = () => Promise.reject(new Error("no core"));
    const saving = new ClipExport(fakeBackend({ listen }), "one");
    await saving.save();
    expect(saving.state.kind).toBe("failed");
  });

  it("goes on without its clip being watched, says when it is done, and is known until that was seen", async () => {
    const answer = pending<{ path: string }>();
    const saves = new ClipExports(fakeBackend({ exportClip: () => answer.promise }));
    const saved = saves.of("one").save();
    saves.leave("one");
    expect(saves.of("one").state.kind).toBe("saving");
    answer.resolve({ path: "one.mp4" });
    await saved;
    expect(announcer.polite.text).toBe("Video saved");
    expect(saves.of("one").state).toEqual({ kind: "saved", path: "one.mp4" });
    saves.leave("one");
    expect(saves.of("one").state.kind).toBe("idle");
  });
});
