import { afterEach, expect, it, vi } from "vitest";
import { followPictures } from "./frames";

afterEach(() => vi.unstubAllGlobals());

it("draws once a repaint however often the video stood still, where it tells of no frames", () => {
  const waiting = new Map<number, () => void>();
  let asked = 0;
  vi.stubGlobal("requestAnimationFrame", (then: () => void) => {
    waiting.set((asked += 1), then);
    return asked;
  });
  vi.stubGlobal("cancelAnimationFrame", (which: number) => waiting.delete(which));
  const repaint = () => {
    const due = [...waiting.values()];
    waiting.clear();
    due.forEach((then) => then());
  };
  const video = Object.assign(new EventTarget(), { paused: false });
  const changed = vi.fn();
  followPictures(video as unknown as HTMLVideoElement, changed, new AbortController().signal);
  for (let stall = 0; stall < 3; stall += 1) video.dispatchEvent(new Event("playing"));
  changed.mockClear();
  repaint();
  expect(changed).toHaveBeenCalledTimes(1);
  repaint();
  expect(changed).toHaveBeenCalledTimes(2);
});
