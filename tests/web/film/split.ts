export interface FilmFragment {
  n: number;
  startMs: number;
  durationMs: number;
  keyframe: boolean;
  bytes: Buffer;
}

/** Cuts a fragmented MP4 into its init segment and the fragments from `fromS` on. */
export function split(movie: Buffer, fromS: number): { init: Buffer; fragments: FilmFragment[] } {
  const top = boxes(movie);
  const init = Buffer.concat(
    top.filter(({ type }) => type === "ftyp" || type === "moov").map(({ whole }) => whole),
  );
  const timescale = path(init, "moov", "trak", "mdia", "mdhd").readUInt32BE(12);
  const pairs = top.flatMap(({ type, whole }, at) => {
    const next = top[at + 1];
    return type === "moof" && next ? [Buffer.concat([whole, next.whole])] : [];
  });
  const timed = pairs.map((bytes) => ({
    bytes,
    startMs: Math.round((1000 * decodeTime(bytes)) / timescale - 1000 * fromS),
    keyframe: startsWithKeyframe(bytes),
  }));
  const kept = timed.filter(({ startMs }) => startMs >= 0);
  const fragments = kept.map((fragment, at) => ({
    ...fragment,
    n: at + 1,
    durationMs: (kept[at + 1]?.startMs ?? fragment.startMs + 100) - fragment.startMs,
  }));
  return { init, fragments };
}

/** The RFC 6381 string from the init segment's decoder configuration. */
export function codecOf(init: Buffer): string {
  const at = init.indexOf("avcC") + 5;
  return `avc1.${init
    .subarray(at, at + 3)
    .toString("hex")
    .toUpperCase()}`;
}

function decodeTime(fragment: Buffer): number {
  const tfdt = path(fragment, "moof", "traf", "tfdt");
  return tfdt[0] === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4);
}

/** Whether the first sample is an IDR picture: NAL unit type 5 among those of its first access unit. */
function startsWithKeyframe(fragment: Buffer): boolean {
  const data = path(fragment, "mdat");
  for (let at = 0; at + 5 <= data.length; at += 4 + data.readUInt32BE(at)) {
    const type = (data[at + 4] ?? 0) & 0x1f;
    if (type === 5) return true;
    if (type === 1) return false;
  }
  return false;
}

function path(parent: Buffer, ...types: string[]): Buffer {
  return types.reduce((current, wanted) => {
    const box = boxes(current).find(({ type }) => type === wanted);
    if (!box) throw new Error(`There is no ${wanted} box.`);
    return box.body;
  }, parent);
}

function boxes(parent: Buffer): { type: string; whole: Buffer; body: Buffer }[] {
  const found = [];
  for (let at = 0; at + 8 <= parent.length;) {
    const size = parent.readUInt32BE(at) || parent.length - at;
    const whole = parent.subarray(at, at + size);
    found.push({ type: whole.toString("latin1", 4, 8), whole, body: whole.subarray(8) });
    at += size;
  }
  return found;
}
