/** The step back that is under way after something was closed otherwise. */
let stepping: Promise<void> | null = null;

let opened = 0;

/**
 * Has going back, by gesture, button or key, close what was opened instead of leaving the page. The answer forgets that, and
 * takes back the entry that it took in the window's history.
 */
export function closeOnBack(close: () => void): () => void {
  const sheet = ++opened;
  let forgotten = false;
  const isOnTop = () => (history.state as { sheet?: number } | null)?.sheet === sheet;
  const follow = () => {
    if (!isOnTop()) close();
  };
  const enter = () => {
    if (forgotten) return;
    history.pushState({ sheet }, "");
    addEventListener("popstate", follow);
  };
  if (stepping) void stepping.then(enter);
  else enter();
  return () => {
    forgotten = true;
    removeEventListener("popstate", follow);
    if (isOnTop()) stepBack();
  };
}

/** When no step back is under way: only then may another page be opened on top of what there is. */
export function steppedBack(): Promise<void> {
  return stepping ?? Promise.resolve();
}

function stepBack(): void {
  stepping = new Promise((resolve) => {
    const done = () => {
      stepping = null;
      resolve();
    };
    addEventListener("popstate", done, { once: true });
  });
  history.back();
}
