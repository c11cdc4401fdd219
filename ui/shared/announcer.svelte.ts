/** What the page's one live region reads out. Assertive text interrupts. */
class Announcer {
  polite = $state("");
  assertive = $state("");

  say(text: string): void {
    this.polite = text;
  }

  warn(text: string): void {
    this.assertive = text;
  }
}

export const announcer = new Announcer();
