import { toAppError } from "../errors";
import { describeFailure, type Failure } from "../failure";

export type Answer<T> =
  | { kind: "loading" }
  | { kind: "shown"; value: T }
  | { kind: "failed"; failure: Failure; unreachable: boolean };

/** Something that the building's server is asked for. */
export class Asked<T> {
  answer = $state.raw<Answer<T>>({ kind: "loading" });

  constructor(private readonly ask: () => Promise<T>) {}

  /** Asks anew; what is shown stays until the answer is here. */
  async load(): Promise<void> {
    if (this.answer.kind === "failed") this.answer = { kind: "loading" };
    try {
      this.answer = { kind: "shown", value: await this.ask() };
    } catch (thrown) {
      const error = toAppError(thrown);
      const unreachable = error.code === "hub_unreachable";
      this.answer = { kind: "failed", failure: describeFailure(error), unreachable };
    }
  }
}
