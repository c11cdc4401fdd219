import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Thumbnails } from "./thumbnails";

const settled = () => new Promise((resolve) => setTimeout(resolve));
const never = () => new AbortController().signal;

let asked: string[];
let answers: ((response: Response) => void)[];
let thumbnails: Thumbnails;

beforeEach(() => {
  [asked, answers] = [[], []];
  vi.stubGlobal("fetch", (url: string, { signal }: { signal: AbortSignal }) => {
    asked.push(url);
    return new Promise<Response>((resolve, reject) => {
      answers.push(resolve);
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    });
  });
  thumbnails = new Thumbnails({ thumbnailUrl: (clip) => `/${clip}` });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const answer = async (response = new Response("jpeg")) => {
  await settled();
  answers.shift()?.(response);
  await settled();
};

it("fetches a picture once and keeps it", async () => {
  const loading = thumbnails.load("a", never());
  await answer();
  const url = await loading;
  expect(url).toMatch(/^blob:/);
  expect(thumbnails.known("a")).toBe(url);
  expect(await thumbnails.load("a", never())).toBe(url);
  expect(asked).toEqual(["/a"]);
});

it("tells that there is none, and asks again another time", async () => {
  const loading = thumbnails.load("a", never());
  await answer(new Response(null, { status: 404 }));
  expect(await loading).toBeNull();
  void thumbnails.load("a", never());
  await settled();
  expect(asked).toEqual(["/a", "/a"]);
});

it("fetches four at a time, what came into sight last first, and nothing that went out of it", async () => {
  const gone = new AbortController();
  for (const clip of ["a", "b", "c", "d", "e"]) void thumbnails.load(clip, never());
  const skipped = thumbnails.load("f", gone.signal);
  skipped.catch(() => undefined);
  void thumbnails.load("g", never());
  await settled();
  expect(asked).toEqual(["/a", "/b", "/c", "/d"]);
  gone.abort();
  await answer();
  expect(asked.slice(4)).toEqual(["/g"]);
  await answer();
  await expect(skipped).rejects.toMatchObject({ name: "AbortError" });
  expect(asked.slice(5)).toEqual(["/e"]);
});

it("keeps one picture where two asked for it at once", async () => {
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  const loading = Promise.all([thumbnails.load("a", never()), thumbnails.load("a", never())]);
  await answer();
  const kept = thumbnails.known("a");
  await answer();
  expect(await loading).toEqual([kept, kept]);
  expect(revoked).toHaveBeenCalledTimes(1);
  expect(revoked).not.toHaveBeenCalledWith(kept);
});

it("lets go of the oldest pictures, and of all with the building", async () => {
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  for (let clip = 0; clip <= 120; clip += 1) {
    const loading = thumbnails.load(String(clip), never());
    await answer();
    await loading;
  }
  expect(thumbnails.known("0")).toBeUndefined();
  expect(revoked).toHaveBeenCalledTimes(1);
  thumbnails.clear();
  expect(thumbnails.known("120")).toBeUndefined();
  expect(revoked).toHaveBeenCalledTimes(121);
});
