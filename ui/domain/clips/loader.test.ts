import { beforeEach, describe, expect, it } from "vitest";
import { Loader } from "./loader";

const bytes = (n: number) => Uint8Array.of(n);

interface Asked {
  first: number;
  last: number;
  /** As many as are given come; the others must be asked for by themselves. */
  answer: (parts: Uint8Array<ArrayBuffer>[]) => void;
  refuse: (error: Error) => void;
  aborted: boolean;
}

let asked: Asked[];
let loader: Loader;

beforeEach(() => {
  asked = [];
  loader = new Loader(
    (first, last, signal) =>
      new Promise((resolve, reject) => {
        const one: Asked = { first, last, answer: resolve, refuse: reject, aborted: false };
        signal.addEventListener("abort", () => {
          one.aborted = true;
          reject(signal.reason as Error);
        });
        asked.push(one);
      }),
  );
});

const requests = () => asked.map(({ first, last }) => [first, last]);

describe("fragments on their way", () => {
  it("are fetched once, until they are taken", async () => {
    void loader.get(3);
    void loader.get(3);
    expect(asked).toHaveLength(1);
    asked[0]?.answer([bytes(3)]);
    expect(await loader.get(3)).toEqual(bytes(3));
    loader.release(3);
    void loader.get(3);
    expect(asked).toHaveLength(2);
  });

  it("are fetched in one go with their neighbours, but not anew", async () => {
    void loader.get(4);
    loader.want([2, 3, 4, 5, 6, 9]);
    expect(requests()).toEqual([
      [4, 4],
      [2, 3],
      [5, 6],
      [9, 9],
    ]);
    asked[2]?.answer([bytes(5), bytes(6)]);
    expect(await loader.arrival([5, 6])).toBe(true);
    expect(await loader.get(6)).toEqual(bytes(6));
  });

  it("are fetched in several goes when they are many", () => {
    loader.want(Array.from({ length: 150 }, (_, at) => at + 2));
    expect(requests()).toEqual([
      [2, 101],
      [102, 151],
    ]);
  });

  it("are asked for again when they did not come with the others, once somebody takes them", async () => {
    loader.want([1, 2, 3, 4]);
    const came = loader.arrival([1, 2, 3, 4]);
    const second = loader.get(2);
    asked[0]?.answer([bytes(1)]);
    expect(await came).toBe(false);
    expect(await loader.get(1)).toEqual(bytes(1));
    expect(requests()).toEqual([
      [1, 4],
      [2, 2],
    ]);
    asked[1]?.answer([bytes(2)]);
    expect(await second).toEqual(bytes(2));
    loader.want([2, 3, 4]);
    expect(requests()[2]).toEqual([3, 4]);
  });

  it("are fetched anew when they failed", async () => {
    loader.want([1, 2]);
    const first = loader.get(1);
    asked[0]?.refuse(new Error("away"));
    await expect(first).rejects.toThrow("away");
    loader.want([1, 2]);
    expect(requests()).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it("are given up when nobody wants them", async () => {
    const waiting = loader.get(5);
    loader.want([6]);
    loader.keepOnly(new Set([6]));
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    expect(asked.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  it("are not given up while one of those that come with them is wanted", () => {
    loader.want([5, 6]);
    loader.keepOnly(new Set([6]));
    expect(asked[0]?.aborted).toBe(false);
    loader.keepOnly(new Set());
    expect(asked[0]?.aborted).toBe(true);
    loader.want([5]);
    expect(requests()).toEqual([
      [5, 6],
      [5, 5],
    ]);
  });
});
