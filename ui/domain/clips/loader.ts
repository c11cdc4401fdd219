/** Fetches fragment `n`; 0 is the init segment. */
export type FetchFragment = (n: number, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;

interface Fetching {
  bytes: Promise<Uint8Array<ArrayBuffer>>;
  abort: AbortController;
}

/** Fragments on their way, each fetched once until it is taken or nobody wants it any more. */
export class Loader {
  private readonly fetching = new Map<number, Fetching>();

  constructor(private readonly fetch: FetchFragment) {}

  get(n: number): Promise<Uint8Array<ArrayBuffer>> {
    const known = this.fetching.get(n);
    if (known) return known.bytes;
    const abort = new AbortController();
    const bytes = this.fetch(n, abort.signal);
    // Not every one is waited for.
    bytes.catch(() => undefined);
    this.fetching.set(n, { bytes, abort });
    return bytes;
  }

  /** Forgets a fragment that was taken, or failed: it is fetched anew the next time. */
  release(n: number): void {
    this.fetching.delete(n);
  }

  /** Stops fetching all but these. */
  keepOnly(wanted: ReadonlySet<number>): void {
    for (const [n, { abort }] of this.fetching) {
      if (wanted.has(n)) continue;
      this.fetching.delete(n);
      abort.abort();
    }
  }
}
