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

export const shows = (testId: string) => (app: AppWindow) => expect(app.find(testId)).toBeVisible();
