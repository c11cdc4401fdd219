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
  /** The notification that it took the place of; 0 for a new one. */
  replaces: number;
  /** Whether it came with a picture. */
  picture: boolean;
}

/** The notification server of the session bus; it shows nothing and tells what it was asked to show. */
export class Notifications {
  readonly #server = new LineProgram(program("vestibule-notification-server"));

  readonly #unread: SeenNotification[] = [];

  /** The next new one; what takes the place of another is none. */
  next(patienceMs?: number): Promise<SeenNotification> {
    return this.#take(({ replaces }) => replaces === 0, patienceMs);
  }

  /** Waits until the notification has been shown once more, with its picture. */
  illustrated({ id }: SeenNotification): Promise<SeenNotification> {
    return this.#take(({ replaces, picture }) => replaces === id && picture);
  }

  async #take(is: (seen: SeenNotification) => boolean, patienceMs = 15_000): Promise<SeenNotification> {
    for (;;) {
      const at = this.#unread.findIndex(is);
      const [found] = at < 0 ? [] : this.#unread.splice(at, 1);
      if (found) return found;
      this.#unread.push(JSON.parse(await this.#server.next(patienceMs)));
    }
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
