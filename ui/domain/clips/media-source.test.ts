import { afterEach, beforeEach, expect, it, type Mock, vi } from "vitest";
import { openSource } from "./media-source";

let source: EventTarget;
let revoke: Mock<(url: string) => void>;
let abort: AbortController;
const video = {} as HTMLVideoElement;

const open = () => {
  source = new EventTarget();
  const Kind = vi.fn(function () {
    return source;
  });
  return openSource(Kind as unknown as typeof MediaSource, video, abort.signal);
};

beforeEach(() => {
  abort = new AbortController();
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:film");
  revoke = vi.spyOn(URL, "revokeObjectURL").mockReturnValue(undefined);
});

afterEach(() => vi.restoreAllMocks());

it("gives a video its source, and lets go of the address once it is open", async () => {
  const opening = open();
  expect(video.src).toBe("blob:film");
  expect(revoke).not.toHaveBeenCalled();
  source.dispatchEvent(new Event("sourceopen"));
  expect(await opening).toBe(source);
  expect(revoke).toHaveBeenCalledExactlyOnceWith("blob:film");
});

it("lets go of the address also where nobody waits for it any more", async () => {
  const opening = open();
  abort.abort();
  await expect(opening).rejects.toMatchObject({ name: "AbortError" });
  expect(revoke).toHaveBeenCalledExactlyOnceWith("blob:film");
});
