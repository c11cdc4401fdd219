import { toAppError } from "./errors";
import { describeFailure, type Failure } from "./failure";

/** What a person asks of the core and may see fail. */
export class Attempt {
  failure = $state.raw<Failure | null>(null);
  private underWay = $state(0);

  get busy(): boolean {
    return this.underWay > 0;
  }

  /** Whether `act` came about. It is not begun while another is under way. */
  run(act: () => Promise<unknown>): Promise<boolean> {
    return this.busy ? Promise.resolve(false) : this.runBeside(act);
  }

  /** As `run`, but also begun while another is under way, as the next switch while the last one is being kept. */
  async runBeside(act: () => Promise<unknown>): Promise<boolean> {
    this.underWay += 1;
    this.failure = null;
    try {
      await act();
      return true;
    } catch (thrown) {
      this.failure = describeFailure(toAppError(thrown));
      return false;
    } finally {
      this.underWay -= 1;
    }
  }
}
