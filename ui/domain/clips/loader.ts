/**
 * Fetches the fragments `first` to `last` in one go: as many of them as can be had from the first on, but at least that
 * one. 0 is the init segment.
 */
export type FetchFragments = (
  first: number,
  last: number,
  signal: AbortSignal,
) => Promise<Uint8Array<ArrayBuffer>[]>;

/** Neighbours that are fetched in one go. */
interface Fetching {
  first: number;
  parts: Promise<Uint8Array<ArrayBuffer>[]>;
  abort: AbortController;
}

/** Fragments on their way, each fetched once until it is taken or nobody wants it any more. */
export class Loader {
  private readonly fetching = new Map<number, Fetching>();

  constructor(private readonly fetch: FetchFragments) {}

  async get(n: number): Promise<Uint8Array<ArrayBuffer>> {
    const { first, parts } = this.fetching.get(n) ?? this.request(n, n);
    const bytes = (await parts)[n - first];
    if (bytes) return bytes;
    if (n === first) throw new Error("An answer without a fragment.");
    // By itself it comes, or says why not.
    return this.get(n);
  }

  /** Begins to fetch those that are not on their way yet, neighbours in one go. Ascending. */
  want(numbers: readonly number[]): void {
    for (const { first, last } of runs(numbers.filter((n) => !this.fetching.has(n)))) {
      this.request(first, last);
    }
  }

  /** Waits for those that are on their way, and says whether all came. */
  async arrival(numbers: readonly number[]): Promise<boolean> {
    const fetching = numbers.map((n) => ({ n, on: this.fetching.get(n) }));
    for (const { n, on } of fetching) if (!on || !(await on.parts)[n - on.first]) return false;
    return true;
  }

  /** Forgets a fragment that was taken, or failed: it is fetched anew the next time. */
  release(n: number): void {
    this.fetching.delete(n);
  }

  /** Stops fetching all but these. */
  keepOnly(wanted: ReadonlySet<number>): void {
    const all = [...this.fetching];
    const kept = new Set(all.filter(([n]) => wanted.has(n)).map(([, fetching]) => fetching));
    for (const [n, fetching] of all) {
      if (wanted.has(n)) continue;
      this.fetching.delete(n);
      if (!kept.has(fetching)) fetching.abort.abort();
    }
  }

  private request(first: number, last: number): Fetching {
    const abort = new AbortController();
    const parts = this.fetch(first, last, abort.signal);
    const fetching = { first, parts, abort };
    for (let n = first; n <= last; n += 1) this.fetching.set(n, fetching);
    const forget = (from: number) => this.forget(fetching, from, last);
    parts.then(
      (came) => forget(first + came.length),
      () => forget(first),
    );
    return fetching;
  }

  private forget(fetching: Fetching, first: number, last: number): void {
    for (let n = first; n <= last; n += 1) {
      if (this.fetching.get(n) === fetching) this.fetching.delete(n);
    }
  }
}

/** The core gives no more at once. */
const MOST_AT_ONCE = 100;

function runs(numbers: readonly number[]): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  for (const n of numbers) {
    const current = found.at(-1);
    if (current?.last === n - 1 && n - current.first < MOST_AT_ONCE) current.last = n;
    else found.push({ first: n, last: n });
  }
  return found;
}
