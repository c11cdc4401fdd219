import type { AppWindow } from "./window.ts";

interface Point {
  x: number;
  y: number;
}

/** A finger, as the browser gets it from the screen. */
export async function finger(app: AppWindow) {
  const session = await app.page.context().newCDPSession(app.page);
  let at: Point = { x: 0, y: 0 };
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: Point[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints });
  const slide = async (to: Point) => {
    at = to;
    await touch("touchMove", [at]);
  };
  return {
    down: async (from: Point) => {
      at = from;
      await touch("touchStart", [at]);
    },
    slide,
    wander: (dx: number, dy: number) => slide({ x: at.x + dx, y: at.y + dy }),
    up: () => touch("touchEnd", []),
  };
}

/** The middle of something on screen. */
export async function middleOf(app: AppWindow, testId: string): Promise<Point> {
  const { x, y, width, height } = await app.box(testId);
  return { x: x + width / 2, y: y + height / 2 };
}
