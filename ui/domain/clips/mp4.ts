/**
 * Reads the few numbers of fragmented MP4 (ISO/IEC 14496-12) that a player needs to put fragments in their place.
 * The container has one track.
 */

interface Box {
  type: string;
  body: DataView;
}

/** Ticks per second of the track, from the init segment's `moov/trak/mdia/mdhd`. */
export function timescaleOf(init: Uint8Array): number {
  const header = descend(view(init), "moov", "trak", "mdia", "mdhd");
  const ticks = header?.getUint32(isVersion1(header) ? 20 : 12);
  if (!ticks) throw new Error("The init segment has no timescale.");
  return ticks;
}

/** Far more than 100 ms of video hold. */
const MAX_SAMPLES = 1000;

export interface FragmentTiming {
  /** When the first sample is decoded, in ticks, from `moof/traf/tfdt`. */
  decodeTime: number;
  /** How long each picture is shown, in ticks, over all `trun` boxes; 0 where the fragment does not say. */
  durations: number[];
}

export function timingOf(fragment: Uint8Array): FragmentTiming {
  const traf = descend(view(fragment), "moof", "traf");
  const tfdt = traf && descend(traf, "tfdt");
  if (!tfdt) throw new Error("The fragment has no decode time.");
  const decodeTime = isVersion1(tfdt) ? Number(tfdt.getBigUint64(4)) : tfdt.getUint32(4);
  const usual = usualDuration(descend(traf, "tfhd"));
  const durations = [...boxes(traf)]
    .filter(({ type }) => type === "trun")
    .flatMap(({ body }) => runDurations(body, usual));
  return { decodeTime, durations };
}

/** `default_sample_duration` of a `tfhd`, which comes after the base offset and the description's index, if any. */
function usualDuration(tfhd: DataView | null): number {
  const flags = tfhd ? tfhd.getUint32(0) : 0;
  if (!tfhd || !(flags & 0x8)) return 0;
  return tfhd.getUint32(8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0));
}

/** The durations of one `trun`: its own, or the usual one for each of its samples. */
function runDurations(trun: DataView, usual: number): number[] {
  const flags = trun.getUint32(0);
  const first = 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
  const fields = [0x100, 0x200, 0x400, 0x800].filter((field) => flags & field).length;
  const ownDuration = (sample: number) => trun.getUint32(first + 4 * fields * sample);
  const length = trun.getUint32(4);
  if (length > MAX_SAMPLES) throw new Error("The fragment claims too many pictures.");
  return Array.from({ length }, (_, sample) => (flags & 0x100 ? ownDuration(sample) : usual));
}

function isVersion1(fullBox: DataView): boolean {
  return fullBox.getUint8(0) === 1;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function descend(parent: DataView, ...path: string[]): DataView | null {
  let current = parent;
  for (const wanted of path) {
    const child = [...boxes(current)].find(({ type }) => type === wanted);
    if (!child) return null;
    current = child.body;
  }
  return current;
}

function* boxes(parent: DataView): Generator<Box> {
  let at = 0;
  while (at + 8 <= parent.byteLength) {
    const { size, header } = sizeAt(parent, at);
    if (size < header || at + size > parent.byteLength) return;
    const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => parent.getUint8(at + i)));
    const body = new DataView(parent.buffer, parent.byteOffset + at + header, size - header);
    yield { type, body };
    at += size;
  }
}

function sizeAt(parent: DataView, at: number): { size: number; header: number } {
  const size = parent.getUint32(at);
  if (size === 0) return { size: parent.byteLength - at, header: 8 };
  if (size !== 1) return { size, header: 8 };
  if (at + 16 > parent.byteLength) return { size: 0, header: 16 };
  return { size: Number(parent.getBigUint64(at + 8)), header: 16 };
}
