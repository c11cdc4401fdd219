import { type AppWindow, expect } from "../window.ts";

/** A state of the app that somebody may see, in whatever language. */
export interface Picture {
  name: string;
  query: string;
  route?: string;
  /** What to do before the state shows, and how to know that it does. */
  reach: (app: AppWindow) => Promise<unknown>;
  /** It lasts only while the pointer stays where it is, so that another size needs it anew. */
  held?: boolean;
}

export const shows = (testId: string) => (app: AppWindow) => expect(app.find(testId).first()).toBeVisible();

/** One press, and what shows by it. */
export const press = (button: string, shown: string) => async (app: AppWindow) => {
  await app.find(button).click();
  await expect(app.find(shown)).toBeVisible();
};

/** A press on a door's control, until that has come so far. */
export const unlockUntil =
  (state: string, door = "main") =>
  async (app: AppWindow) => {
    await app.door(door).getByTestId("unlock-button").click();
    await expect(app.door(door).getByTestId("unlock-state")).toHaveAttribute("data-state", state);
    await app.page.mouse.move(1, 1);
  };
