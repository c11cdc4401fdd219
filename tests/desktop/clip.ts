import { writeFile } from "node:fs/promises";

import type { App } from "./app.ts";

/** Fetches the fragments of the clip on screen, as the player does, and joins them into a file. */
export async function saveClip(app: App, path: string): Promise<void> {
  const timeline = await app.timeline();
  const numbers = [0, ...timeline.fragments.map((fragment) => fragment.n)];
  const parts: Buffer[] = [];
  for (const n of numbers) {
    parts.push(Buffer.from(await fetchFragment(app, timeline.clipId, n), "base64"));
  }
  await writeFile(path, Buffer.concat(parts));
}

async function fetchFragment(app: App, clip: string, n: number): Promise<string> {
  return app.browser.executeAsync<string, [string, number]>(
    (clip, n, done) => {
      void (async () => {
        const response = await fetch(`clip://localhost/${clip}/${n}`);
        const bytes = new Uint8Array(await response.arrayBuffer());
        let binary = "";
        for (const byte of bytes) binary += String.fromCharCode(byte);
        done(btoa(binary));
      })();
    },
    clip,
    n,
  );
}
