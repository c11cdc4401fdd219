import { createContext } from "svelte";
import type { Backend } from "../backend";
import { toAppError } from "../errors";
import type { AppError } from "../bindings";

/** What was marked as collected last, so that it can be taken back. */
export interface Marked {
  items: readonly string[];
  /** Who brought it, when it was one. */
  who: string | null;
}

/** Marks deliveries as collected, and not. */
export class Collecting {
  last = $state.raw<Marked | null>(null);
  failed = $state.raw<AppError | null>(null);
  busy = $state(false);

  constructor(private readonly backend: Backend) {}

  /** Says of a delivery that it was collected. */
  collect(item: string, who: string): Promise<boolean> {
    return this.carryOut(async () => {
      await this.backend.setCollected([item], true);
      this.last = { items: [item], who };
    });
  }

  /** The same of all that wait. */
  collectAll(): Promise<boolean> {
    return this.carryOut(async () => {
      this.last = { items: await this.backend.collectAll(), who: null };
    });
  }

  /** Says of a delivery that it was not collected after all. */
  putBack(...items: readonly string[]): Promise<boolean> {
    return this.carryOut(async () => {
      await this.backend.setCollected([...items], false);
      this.last = null;
    });
  }

  /** Takes back what was marked last. */
  async undo(): Promise<boolean> {
    return this.last !== null && this.putBack(...this.last.items);
  }

  /** Nobody looks at what was marked any more. */
  forget(): void {
    this.last = null;
    this.failed = null;
  }

  /** One thing after the other: a second press is meant for what was there before the first. */
  private async carryOut(work: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failed = null;
    try {
      await work();
      return true;
    } catch (thrown) {
      this.failed = toAppError(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

export const [collectingContext, setCollectingContext] = createContext<Collecting>();
