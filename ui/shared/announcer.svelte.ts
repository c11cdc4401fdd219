/** What is read out once; the same text said again is another. */
interface Announcement {
  text: string;
}

/** What the page's one live region reads out. Assertive text interrupts. */
class Announcer {
  polite = $state.raw<Announcement>({ text: "" });
  assertive = $state.raw<Announcement>({ text: "" });

  say(text: string): void {
    this.polite = { text };
  }

  warn(text: string): void {
    this.assertive = { text };
  }
}

export const announcer = new Announcer();
