import { createContext } from "svelte";
import type { Backend } from "../backend";

const KEPT = 120;
const AT_ONCE = 4;

/** Pictures of entries, fetched when they come into sight and kept while they are few. */
export class Thumbnails {
  private readonly urls = new Map<string, string>();
  private readonly waiting: (() => void)[] = [];
  private fetching = 0;

  constructor(private readonly backend: Pick<Backend, "thumbnailUrl">) {}

  /** The address of a picture that is here. */
  known(clipId: string): string | undefined {
    return this.urls.get(clipId);
  }

  /** The address of a picture in this window, or `null` where there is none to be had. Rejects with the abort. */
  async load(clipId: string, signal: AbortSignal): Promise<string | null> {
    await this.turn(signal);
    try {
      return this.urls.get(clipId) ?? (await this.fetch(clipId, signal));
    } finally {
      this.fetching -= 1;
      this.waiting.pop()?.();
    }
  }

  clear(): void {
    for (const url of this.urls.values()) URL.revokeObjectURL(url);
    this.urls.clear();
  }

  /** Waits for one of a few places, so that a list flung past does not ask for all of it at once. */
  private async turn(signal: AbortSignal): Promise<void> {
    // Whoever asked last is in sight now.
    while (this.fetching >= AT_ONCE) await new Promise<void>((next) => this.waiting.push(next));
    this.fetching += 1;
    if (!signal.aborted) return;
    this.fetching -= 1;
    this.waiting.pop()?.();
    signal.throwIfAborted();
  }

  private async fetch(clipId: string, signal: AbortSignal): Promise<string | null> {
    try {
      const response = await fetch(this.backend.thumbnailUrl(clipId), { signal });
      if (!response.ok) return null;
      return this.keep(clipId, URL.createObjectURL(await response.blob()));
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      return null;
    }
  }

  private keep(clipId: string, url: string): string {
    const known = this.urls.get(clipId);
    if (known !== undefined) {
      URL.revokeObjectURL(url);
      return known;
    }
    this.urls.set(clipId, url);
    const [oldest] = this.urls.keys();
    if (this.urls.size > KEPT && oldest !== undefined) {
      URL.revokeObjectURL(this.urls.get(oldest) ?? "");
      this.urls.delete(oldest);
    }
    return url;
  }
}

export const [thumbnailsContext, setThumbnailsContext] = createContext<Thumbnails>();
