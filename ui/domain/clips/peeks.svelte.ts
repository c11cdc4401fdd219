import type { ClipTimeline } from "../bindings";
import { KeyframeDecoder, type Picture } from "./keyframe-decoder";
import type { FetchFragments } from "./loader";

const KEPT = 120;

/** What the peeks need to be decoded with. */
export interface Decoder {
  decode(fragment: Uint8Array<ArrayBuffer>): Promise<Picture>;
  close(): void;
}

/**
 * Pictures for somebody who looks for a moment: the keyframe at or before it, decoded aside, so that playing goes on.
 * One is made at a time, of where the pointer is now; where it was before is given up.
 */
export class Peeks {
  /** The picture to show, once it is there. */
  picture = $state.raw<Picture | null>(null);

  private wanted: number | null = null;
  private working: { n: number; abort: AbortController } | null = null;
  private decoder: Promise<Decoder | null> | null = null;
  private readonly made = new Map<number, Picture>();

  constructor(
    private readonly timeline: () => ClipTimeline,
    private readonly fetch: FetchFragments,
    private readonly open: OpenDecoder = (codec, init) => KeyframeDecoder.open(codec, init),
  ) {}

  look(ms: number): void {
    const n = keyframeAt(this.timeline(), ms);
    if (n === this.wanted) return;
    this.wanted = n;
    this.picture = n === null ? null : (this.made.get(n) ?? null);
    if (this.working && this.working.n !== n) this.working.abort.abort();
    if (!this.working) void this.work();
  }

  leave(): void {
    this.wanted = null;
    this.picture = null;
    this.working?.abort.abort();
  }

  close(): void {
    this.leave();
    void this.decoder?.then((decoder) => decoder?.close());
  }

  private async work(): Promise<void> {
    for (;;) {
      const n = this.wanted;
      if (n === null || this.made.has(n)) return;
      const abort = new AbortController();
      this.working = { n, abort };
      const picture = await this.make(n, abort.signal).catch(() => null);
      this.working = null;
      if (picture) this.keep(n, picture);
      if (this.wanted !== n) continue;
      this.picture = picture;
      return;
    }
  }

  private async make(n: number, signal: AbortSignal): Promise<Picture | null> {
    const [decoder, [fragment]] = await Promise.all([this.start(), this.fetch(n, n, signal)]);
    if (!decoder || !fragment || signal.aborted) return null;
    return decoder.decode(fragment);
  }

  /** Nothing is set up before somebody looks. */
  private start(): Promise<Decoder | null> {
    const { codec } = this.timeline();
    this.decoder ??= this.fetch(0, 0, new AbortController().signal)
      .then(([init]) => init && this.open(codec, init))
      .then((decoder) => decoder ?? null)
      .catch(() => {
        this.decoder = null;
        return null;
      });
    return this.decoder;
  }

  private keep(n: number, picture: Picture): void {
    this.made.set(n, picture);
    const [oldest] = this.made.keys();
    if (this.made.size > KEPT && oldest !== undefined) this.made.delete(oldest);
  }
}

type OpenDecoder = (codec: string, init: Uint8Array<ArrayBuffer>) => Promise<Decoder | null>;

function keyframeAt({ fragments }: ClipTimeline, ms: number): number | null {
  const before = fragments.findLast(({ keyframe, startMs }) => keyframe && startMs <= ms);
  return (before ?? fragments[0])?.n ?? null;
}
