import { setTimeout } from "node:timers/promises";

import { LineProgram } from "./lines.ts";
import { program } from "./programs.ts";

export interface SeenNotification {
  id: number;
  at_ms: number;
  app: string;
  summary: string;
  body: string;
  actions: string[];
}

/** The notification server of the session bus; it shows nothing and tells what it was asked to show. */
export class Notifications {
  readonly #server = new LineProgram(program("vestibule-notification-server"));

  async next(patienceMs = 15_000): Promise<SeenNotification> {
    return JSON.parse(await this.#server.next(patienceMs));
  }

  /** Waits for the notification whose summary is as `words` say, and forgets those before it. */
  async about(words: RegExp): Promise<SeenNotification> {
    for (;;) {
      const notification = await this.next();
      if (words.test(notification.summary)) return notification;
    }
  }

  /** Clicks the notification, no faster than a person could: notify-rust listens once the server has answered. */
  async click(notification: SeenNotification): Promise<void> {
    await setTimeout(300);
    this.#server.send(`${notification.id} default`);
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
