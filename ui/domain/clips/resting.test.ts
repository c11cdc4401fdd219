import { beforeEach, expect, it } from "vitest";
import { Pictures } from "./pictures";
import { Resting } from "./resting";

type Report = (now: number, frame: { mediaTime: number }) => void;

/** A paused video that goes where it is sent, and is told by the test what it shows. */
class Video extends EventTarget {
  paused = true;
  seeking = false;
  readonly sent: number[] = [];
  private report: Report = () => undefined;
  private atS = 0;

  get currentTime(): number {
    return this.atS;
  }

  set currentTime(atS: number) {
    this.atS = atS;
    this.sent.push(atS);
    this.seeking = true;
    this.dispatchEvent(new Event("seeking"));
  }

  requestVideoFrameCallback(report: Report): number {
    this.report = report;
    return 1;
  }

  cancelVideoFrameCallback(): void {
    this.report = () => undefined;
  }

  settle(): void {
    this.seeking = false;
    this.dispatchEvent(new Event("seeked"));
  }

  show(mediaTime: number): void {
    this.report(0, { mediaTime });
  }
}

let video: Video;

beforeEach(() => {
  video = new Video();
  const pictures = new Pictures();
  pictures.add(
    1,
    19_000,
    Array.from({ length: 20 }, () => 50),
  );
  new Resting(video as unknown as HTMLVideoElement, pictures).follow(new AbortController().signal);
});

it("sends a video that rests on an earlier picture there once more", () => {
  video.currentTime = 19.775;
  video.settle();
  video.show(19.5);
  expect(video.sent).toEqual([19.775, 19.775]);
  video.show(19.75);
  video.settle();
  expect(video.sent).toEqual([19.775, 19.775]);
});

it("waits for the end of the seek, when the picture comes first", () => {
  video.currentTime = 19.775;
  video.show(19.5);
  expect(video.sent).toHaveLength(1);
  video.settle();
  expect(video.sent).toHaveLength(2);
});

it("leaves the right picture alone, and one that is not known", () => {
  for (const [atS, shownS] of [
    [19.775, 19.75],
    [19.5, 19.5],
    [12, 3],
  ] as const) {
    video.currentTime = atS;
    video.settle();
    video.show(shownS);
  }
  expect(video.sent).toEqual([19.775, 19.5, 12]);
});

it("gives up after a while, and tries anew for another moment", () => {
  const insist = (atS: number) => {
    video.currentTime = atS;
    for (let settled = 0; settled < 5; settled += 1) {
      video.settle();
      video.show(19);
    }
  };
  insist(19.775);
  expect(video.sent).toHaveLength(3);
  insist(19.525);
  expect(video.sent).toHaveLength(6);
});

it("does not hold up a video that plays", () => {
  video.currentTime = 19.775;
  video.paused = false;
  video.settle();
  video.show(19.5);
  expect(video.sent).toHaveLength(1);
});
