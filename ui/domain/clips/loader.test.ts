import { describe, expect, it, vi } from "vitest";
import { Loader } from "./loader";

const bytes = (n: number) => Uint8Array.of(n);

describe("fragments on their way", () => {
  it("are fetched once, until they are taken", async () => {
    const fetch = vi.fn((n: number) => Promise.resolve(bytes(n)));
    const loader = new Loader(fetch);
    expect(loader.get(3)).toBe(loader.get(3));
    expect(await loader.get(3)).toEqual(bytes(3));
    loader.release(3);
    void loader.get(3);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it("are given up when nobody wants them", async () => {
    const aborted: number[] = [];
    const fetch = (n: number, signal: AbortSignal) =>
      new Promise<Uint8Array<ArrayBuffer>>((_, reject) => {
        signal.addEventListener("abort", () => {
          aborted.push(n);
          reject(signal.reason);
        });
      });
    const loader = new Loader(fetch);
    const waiting = loader.get(5);
    void loader.get(6);
    loader.keepOnly(new Set([6]));
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    expect(aborted).toEqual([5]);
  });
});
