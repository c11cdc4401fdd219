import { describe, expect, it } from "vitest";
import { timescaleOf, timingOf } from "./mp4";

function box(type: string, ...children: (Uint8Array | number[])[]): Uint8Array {
  const body = children.flatMap((child) => [...child]);
  const size = u32(8 + body.length);
  return Uint8Array.from([...size, ...new TextEncoder().encode(type), ...body]);
}

const u32 = (n: number) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const u64 = (n: number) => [...u32(Math.floor(n / 2 ** 32)), ...u32(n % 2 ** 32)];

const init = (mdhd: Uint8Array) =>
  Uint8Array.from([
    ...box("ftyp", u32(0)),
    ...box("moov", box("mvhd", u32(0)), box("trak", box("tkhd"), box("mdia", mdhd))),
  ]);

const fragment = (tfdt: Uint8Array, ...rest: Uint8Array[]) =>
  Uint8Array.from([
    ...box("moof", box("mfhd", u32(0), u32(1)), box("traf", tfdt, ...rest)),
    ...box("mdat", [1, 2, 3]),
  ]);

const trun = (samples: number) => box("trun", u32(0), u32(samples));

describe("fragmented MP4", () => {
  it("has its timescale in the init segment, in either version", () => {
    const short = box("mdhd", u32(0), u32(0), u32(0), u32(15_360), u32(0));
    const long = box("mdhd", [1, 0, 0, 0], u64(0), u64(0), u32(90_000), u64(0));
    expect([timescaleOf(init(short)), timescaleOf(init(long))]).toEqual([15_360, 90_000]);
  });

  it("has its decode time in the fragment, in either version", () => {
    const short = fragment(box("tfdt", u32(0), u32(4_000_000_000)), trun(3));
    const long = fragment(box("tfdt", [1, 0, 0, 0], u64(2 ** 40 + 7)), trun(3));
    expect(timingOf(short).decodeTime).toBe(4_000_000_000);
    expect(timingOf(long).decodeTime).toBe(2 ** 40 + 7);
  });

  it("has the pictures of all its runs, each with its own duration or the usual one", () => {
    const usual = box("tfhd", u32(0x8 | 0x2), u32(1), u32(7), u32(512));
    const own = box("trun", u32(0x1 | 0x4 | 0x100 | 0x200), u32(2), u32(96), u32(0), [
      ...[...u32(300), ...u32(9000)],
      ...[...u32(301), ...u32(800)],
    ]);
    const tfdt = box("tfdt", u32(0), u32(0));
    expect(timingOf(fragment(tfdt, usual, trun(2), own)).durations).toEqual([512, 512, 300, 301]);
    expect(timingOf(fragment(tfdt, trun(2))).durations).toEqual([0, 0]);
  });

  it("is refused when it claims more pictures than 100 ms hold", () => {
    expect(() => timingOf(fragment(box("tfdt", u32(0), u32(0)), trun(4_000_000_000)))).toThrow();
  });

  it("is read where it stands, also inside larger memory", () => {
    const bytes = fragment(box("tfdt", u32(0), u32(77)), trun(1));
    const padded = new Uint8Array(bytes.length + 9);
    padded.set(bytes, 9);
    expect(timingOf(padded.subarray(9)).decodeTime).toBe(77);
  });

  it.each([
    ["nothing", new Uint8Array()],
    ["three bytes", Uint8Array.from([0, 0, 0])],
    ["a box longer than the bytes", Uint8Array.from([0, 0, 1, 0, 109, 111, 111, 102])],
    ["a box shorter than its header", Uint8Array.from([0, 0, 0, 2, 109, 111, 111, 102])],
    ["a 64-bit size that is cut off", Uint8Array.from([0, 0, 0, 1, 109, 111, 111, 102])],
    ["a moof without a traf", box("moof", box("mfhd", u32(0)))],
  ])("is refused when it is %s", (_, bytes) => {
    expect(() => timingOf(bytes)).toThrow();
    expect(() => timescaleOf(bytes)).toThrow();
  });
});
