import type { Backend } from "../backend";
import { toAppError } from "../errors";
import type { AppError, InvitePreview, KeyStorage } from "../bindings";

type Step =
  | { kind: "entering" }
  | { kind: "checking" }
  | { kind: "ready"; checked: Checked }
  | { kind: "enrolling"; checked: Checked };

/** An invite, and where it leads. */
interface Checked {
  invite: string;
  preview: InvitePreview;
}

const PAUSE_MS = 300;

/** Takes one invite from a pasted link to an enrolled device. */
export class Enrolment {
  invite = $state("");
  step = $state.raw<Step>({ kind: "entering" });
  error = $state.raw<AppError | null>(null);

  private checks = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly backend: Backend) {}

  get preview(): InvitePreview | null {
    return "checked" in this.step ? this.step.checked.preview : null;
  }

  /** Checks once the typing pauses. */
  checkSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.check(), PAUSE_MS);
  }

  /** An opened link takes the field, unless another is already on its way to its building. */
  takeOver(invite: string): void {
    if (this.step.kind === "enrolling") return;
    this.invite = invite;
    void this.check();
  }

  /** Reads the link and shows where it leads. A later call overtakes an earlier one. */
  async check(): Promise<boolean> {
    if (this.step.kind === "enrolling") return false;
    const check = ++this.checks;
    const invite = this.invite.trim();
    this.error = null;
    if (!invite) {
      this.step = { kind: "entering" };
      return false;
    }
    this.step = { kind: "checking" };
    try {
      const preview = await this.backend.previewInvite(invite);
      if (check !== this.checks) return false;
      this.step = { kind: "ready", checked: { invite, preview } };
      return true;
    } catch (thrown) {
      if (check !== this.checks) return false;
      this.fail(thrown);
      return false;
    }
  }

  /** Enrols; the snapshot then says so by itself. A file is only ever the person's own choice. */
  async submit(storage: KeyStorage = "keychain"): Promise<void> {
    if (this.step.kind === "enrolling") return;
    clearTimeout(this.timer);
    if (!this.invite.trim()) {
      this.error = { code: "invite_malformed", retryable: false };
      return;
    }
    if (!this.isChecked() && !(await this.check())) return;
    if (this.step.kind !== "ready" || !this.isChecked()) return;
    const { checked } = this.step;
    this.error = null;
    this.step = { kind: "enrolling", checked };
    try {
      await this.backend.enrol(checked.invite, storage);
    } catch (thrown) {
      this.step = { kind: "ready", checked };
      this.error = toAppError(thrown);
    }
  }

  /** Whether what is shown is where the link in the field leads. */
  private isChecked(): boolean {
    return this.step.kind === "ready" && this.step.checked.invite === this.invite.trim();
  }

  private fail(thrown: unknown): void {
    this.step = { kind: "entering" };
    this.error = toAppError(thrown);
  }
}
