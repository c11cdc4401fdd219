/** What runs inside the app's page. Each function is sent there as source, so it uses nothing from outside itself. */

/** The colour of the large control that opens a door, as it is painted. */
export function colourOfDoor(): { red: number; green: number; blue: number } {
  const leaf = document.querySelector(".leaf");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1, 1];
  const pen = canvas.getContext("2d");
  if (!leaf || !pen) throw new Error("no door is on screen");
  pen.fillStyle = getComputedStyle(leaf).fill;
  pen.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = pen.getImageData(0, 0, 1, 1).data;
  return { red, green, blue };
}

/** Scrolls the activity list down until the entry of somebody called `oldest` is in it. */
export async function scrollTo({ oldest }: { oldest: string }): Promise<void> {
  location.hash = "#/activity";
  const end = performance.now() + 100_000;
  for (;;) {
    const list = document.querySelector<HTMLElement>(".activity-list");
    if (list) list.scrollTop = list.scrollHeight;
    await new Promise(requestAnimationFrame);
    if (list?.innerText.includes(oldest)) return;
    if (performance.now() > end) throw new Error(`the list did not come to ${oldest}`);
  }
}

/**
 * Leaves the activity page and comes back, `rounds` times: how long each time from the change of the address until
 * the frame with the first rows is over, in milliseconds.
 */
export async function paintRows({ rounds }: { rounds: number }): Promise<number[]> {
  const frame = () => new Promise(requestAnimationFrame);
  const shown = async (selector: string) => {
    const end = performance.now() + 10_000;
    while (!document.querySelector(selector)) {
      if (performance.now() > end) throw new Error(`the page never showed ${selector}`);
      await frame();
    }
  };
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    location.hash = "#/";
    await shown('[data-testid="view-doors"]');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const started = performance.now();
    location.hash = "#/activity";
    // A frame's callbacks run before it is painted: in the next frame it has been.
    await shown('[data-testid="view-activity"] [data-testid="activity-item"]');
    await frame();
    took.push(performance.now() - started);
  }
  return took;
}
