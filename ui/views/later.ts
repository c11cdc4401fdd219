/** What the first page does without: the code that plays films. Fetched once, when it is wanted or when the window rests. */
export const later = {
  live: () => import("./Live.svelte").then((view) => view.default),
  clipPlayer: () => import("./ClipPlayer.svelte").then((view) => view.default),
};

const RESTED_MS = 1500;

/** Has it ready before somebody asks. */
export function fetchWhatComesLater(): void {
  setTimeout(() => {
    void later.live();
    void later.clipPlayer();
  }, RESTED_MS);
}
