import { createContext } from "svelte";
import { m } from "$messages";
import { announcer } from "$shared/announcer.svelte";
import type { Backend, Unlisten } from "../backend";
import { toAppError } from "../errors";
import { describeFailure, type Failure, inFull } from "../failure";

type Exporting =
  | { kind: "idle" }
  /** So many of the clip's fragments are fetched and proven; `total` is 0 before the first. */
  | { kind: "saving"; done: number; total: number }
  | { kind: "saved"; path: string }
  | { kind: "failed"; failure: Failure };

/** Saves one clip as a film on this device. */
export class ClipExport {
  state = $state.raw<Exporting>({ kind: "idle" });

  constructor(
    private readonly backend: Backend,
    readonly clipId: string,
  ) {}

  async save(): Promise<void> {
    if (this.state.kind === "saving") return;
    this.state = { kind: "saving", done: 0, total: 0 };
    let unlisten: Unlisten = () => undefined;
    try {
      unlisten = await this.follow();
      const { path } = await this.backend.exportClip(this.clipId);
      this.state = { kind: "saved", path };
      announcer.say(m.clip_saved_title());
    } catch (thrown) {
      const failure = describeFailure(toAppError(thrown));
      this.state = { kind: "failed", failure };
      announcer.warn(inFull(failure));
    } finally {
      unlisten();
    }
  }

  private follow(): Promise<Unlisten> {
    return this.backend.listen("export-progress", ({ clipId, done, total }) => {
      const mine = clipId === this.clipId && this.state.kind === "saving";
      if (mine) this.state = { kind: "saving", done, total };
    });
  }
}

/** What is being saved, also of clips that nobody watches any more. */
export class ClipExports {
  private readonly begun = new Map<string, ClipExport>();

  constructor(private readonly backend: Backend) {}

  of(clipId: string): ClipExport {
    const known = this.begun.get(clipId) ?? new ClipExport(this.backend, clipId);
    this.begun.set(clipId, known);
    return known;
  }

  /** What became of it was seen; what is still being saved goes on. */
  leave(clipId: string): void {
    if (this.begun.get(clipId)?.state.kind !== "saving") this.begun.delete(clipId);
  }
}

export const [clipExportsContext, setClipExportsContext] = createContext<ClipExports>();
