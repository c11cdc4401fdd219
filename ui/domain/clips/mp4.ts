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

export interface FragmentTiming {
  /** When the first sample is decoded, in ticks, from `moof/traf/tfdt`. */
  decodeTime: number;
  /** How many pictures the fragment holds, over all its `trun` boxes. */
  samples: number;
}

export function timingOf(fragment: Uint8Array): FragmentTiming {
  const traf = descend(view(fragment), "moof", "traf");
  const tfdt = traf && descend(traf, "tfdt");
  if (!tfdt) throw new Error("The fragment has no decode time.");
  const decodeTime = isVersion1(tfdt) ? Number(tfdt.getBigUint64(4)) : tfdt.getUint32(4);
  const samples = [...boxes(traf)]
    .filter(({ type }) => type === "trun")
    .reduce((sum, { body }) => sum + body.getUint32(4), 0);
  return { decodeTime, samples };
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
