import { beforeEach, describe, expect, it, type Mock, vi } from "vitest";
import type { ClipTimeline } from "../bindings";
import type { Picture } from "./keyframe-decoder";
import { Peeks } from "./peeks.svelte";

const timeline = {
  codec: "avc1.42C01F",
  fragments: Array.from({ length: 200 }, (_, at) => ({
    n: at + 1,
    startMs: 100 * at,
    durationMs: 100,
    keyframe: at % 10 === 0,
  })),
} as unknown as ClipTimeline;

const settled = () => new Promise((resolve) => setTimeout(resolve));
const pictureOf = (n: number) => ({ n }) as unknown as Picture;

let asked: number[];
let aborted: number[];
let answers: Map<number, (bytes: Uint8Array<ArrayBuffer>) => void>;
let close: Mock<() => void>;
let peeks: Peeks;

function fetch(n: number, _last: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>[]> {
  if (n === 0) return Promise.resolve([Uint8Array.of(0)]);
  asked.push(n);
  return new Promise((resolve, reject) => {
    answers.set(n, (bytes) => resolve([bytes]));
    signal.addEventListener("abort", () => {
      aborted.push(n);
      reject(signal.reason);
    });
  });
}

const arrive = async (n: number) => {
  answers.get(n)?.(Uint8Array.of(n));
  await settled();
};

beforeEach(() => {
  [asked, aborted] = [[], []];
  answers = new Map();
  close = vi.fn<() => void>();
  const decode = (bytes: Uint8Array) => Promise.resolve(pictureOf(bytes[0] ?? -1));
  peeks = new Peeks(
    () => timeline,
    fetch,
    () => Promise.resolve({ decode, close }),
  );
});

describe("a peek", () => {
  it("shows the keyframe before the moment, and fetches nothing else", async () => {
    peeks.look(12_345);
    expect(peeks.picture).toBeNull();
    await arrive(121);
    expect(peeks.picture).toEqual(pictureOf(121));
    expect(asked).toEqual([121]);
  });

  it("is made once", async () => {
    peeks.look(500);
    await arrive(1);
    peeks.look(3500);
    await arrive(31);
    peeks.look(900);
    expect(peeks.picture).toEqual(pictureOf(1));
    expect(asked).toEqual([1, 31]);
  });

  it("is given up when the pointer moves on, and the next begun", async () => {
    peeks.look(500);
    peeks.look(3500);
    peeks.look(7500);
    await settled();
    expect(aborted).toEqual([1]);
    expect(asked).toEqual([1, 71]);
    await arrive(71);
    expect(peeks.picture).toEqual(pictureOf(71));
  });

  it("is given up when the pointer leaves", async () => {
    peeks.look(500);
    peeks.leave();
    await settled();
    expect(aborted).toEqual([1]);
    expect(peeks.picture).toBeNull();
  });

  it("is left out where a window cannot decode, and closed with the player", async () => {
    const none = new Peeks(
      () => timeline,
      fetch,
      () => Promise.resolve(null),
    );
    none.look(500);
    await arrive(1);
    expect(none.picture).toBeNull();
    peeks.look(500);
    peeks.close();
    await settled();
    expect(close).toHaveBeenCalledOnce();
  });
});
