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
  /** Whether it tells of something else than what stood in its place. */
  news: boolean;
}

/** The notification server of the session bus; it shows nothing and tells what it was asked to show. */
export class Notifications {
  readonly #server: LineProgram;
  readonly #unread: SeenNotification[] = [];

  /** What each place said last. */
  readonly #said = new Map<number, string>();

  readonly #closed = new Set<number>();

  /** All that the server told. */
  readonly #lines: string[] = [];

  /** One that shows notifications, or refuses them, or never answers. */
  constructor(...manners: ["refusing" | "silent"] | []) {
    this.#server = new LineProgram(program("vestibule-notification-server"), manners);
  }

  /** The next new one. What takes the place of another is one when it tells of something else. */
  next(patienceMs?: number): Promise<SeenNotification> {
    return this.#take("news", (seen) => seen.news, patienceMs);
  }

  /** Waits until the notification was changed in its place, so that it looks as wanted. */
  changed({ id }: SeenNotification, looks: (seen: SeenNotification) => boolean): Promise<SeenNotification> {
    return this.#take(`a change of ${id}`, (seen) => seen.replaces === id && !seen.news && looks(seen));
  }

  /** Waits until the notification has been shown once more, with its picture. */
  illustrated({ id }: SeenNotification): Promise<SeenNotification> {
    return this.#take(`the picture of ${id}`, ({ replaces, picture }) => replaces === id && picture);
  }

  /** Waits until the app has taken the notification back. */
  async withdrawn({ id }: SeenNotification): Promise<void> {
    while (!this.#closed.has(id)) await this.#readNext(`that notification ${id} is taken back`);
  }

  /** Whether it has been taken back by now. */
  isWithdrawn({ id }: SeenNotification): boolean {
    return this.#closed.has(id);
  }

  async #take(
    wanted: string,
    is: (seen: SeenNotification) => boolean,
    patienceMs = 15_000,
  ): Promise<SeenNotification> {
    for (;;) {
      const at = this.#unread.findIndex(is);
      const [found] = at < 0 ? [] : this.#unread.splice(at, 1);
      if (found) return found;
      await this.#readNext(wanted, patienceMs);
    }
  }

  /** Reads what the server tells next; where it tells nothing, the error says what was waited for and what had come. */
  async #readNext(wanted: string, patienceMs = 15_000): Promise<void> {
    const line = await this.#server.next(patienceMs).catch((error: Error) => {
      throw new Error(`${error.message}; waited for ${wanted}; so far it told\n${this.#lines.join("\n")}`);
    });
    this.#lines.push(line);
    this.#read(line);
  }

  #read(line: string): void {
    const seen = JSON.parse(line) as Omit<SeenNotification, "news"> | { closed: number };
    if ("closed" in seen) {
      this.#closed.add(seen.closed);
      return;
    }
    const news = this.#said.get(seen.id) !== seen.summary;
    this.#said.set(seen.id, seen.summary);
    this.#unread.push({ ...seen, news });
  }

  /** Waits for the notification whose summary is as `words` say, and forgets those before it. */
  async about(words: RegExp): Promise<SeenNotification> {
    for (;;) {
      const notification = await this.#take(`${words}`, (seen) => seen.news);
      if (words.test(notification.summary)) return notification;
    }
  }

  /** Clicks the notification. */
  click(notification: SeenNotification): Promise<void> {
    return this.answer(notification, "default");
  }

  /** Chooses an action, no faster than a person could: notify-rust listens once the server has answered. */
  async answer({ id }: SeenNotification, action: string): Promise<void> {
    await setTimeout(1000);
    this.#server.send(`${id} ${action}`);
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
