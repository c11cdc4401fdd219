import type { Backend } from "../backend";
import { toAppError } from "../errors";
import { describeFailure, type Failure } from "../failure";

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
    const unlisten = await this.backend.listen("export-progress", ({ clipId, done, total }) => {
      const mine = clipId === this.clipId && this.state.kind === "saving";
      if (mine) this.state = { kind: "saving", done, total };
    });
    try {
      const { path } = await this.backend.exportClip(this.clipId);
      this.state = { kind: "saved", path };
    } catch (thrown) {
      this.state = { kind: "failed", failure: describeFailure(toAppError(thrown)) };
    } finally {
      unlisten();
    }
  }
}
