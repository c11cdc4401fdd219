import type { Backend } from "../backend";
import type { AppError } from "../bindings";
import { toAppError } from "../errors";

/** Whether the system starts the app at login. The system keeps it, so it is asked whenever this is shown. */
export class LoginStart {
  /** `undefined` until the system has answered; `null` where there is no such thing. */
  holds = $state.raw<boolean | null | undefined>(undefined);
  failed = $state.raw<AppError | null>(null);
  busy = $state(false);

  constructor(private readonly backend: Pick<Backend, "loginStart" | "setLoginStart">) {}

  ask(): Promise<boolean> {
    return this.learn(() => this.backend.loginStart());
  }

  /** Whether the system did as it was told. */
  set(on: boolean): Promise<boolean> {
    return this.learn(() => this.backend.setLoginStart(on));
  }

  private async learn(question: () => Promise<boolean | null>): Promise<boolean> {
    this.busy = true;
    this.failed = null;
    try {
      this.holds = await question();
      return true;
    } catch (thrown) {
      this.failed = toAppError(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
