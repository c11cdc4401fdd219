import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";

const folder = fileURLToPath(new URL("../../../target/web/clips/clip-lobby", import.meta.url));

export const CLIP_PARTS = "**/clip/clip-lobby/*";

/** What the core says instead of a fragment. */
export interface Refusal {
  status: number;
  json: { code: string; retryable: boolean };
}

/** Fragment `n` as it was filmed. */
export function stored(n: number): Promise<Buffer> {
  return readFile(`${folder}/${n}`);
}

/** The numbers of the fragments that a request asks for; none for a request of something else. */
export function numbersOf(url: string): number[] {
  const match = /\/clip\/clip-lobby\/(\d+)-(\d+)$/.exec(url);
  if (!match) return [];
  const [first, last] = [Number(match[1]), Number(match[2])];
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** Gives out what `answer` says of each fragment; of several, as the core does, those before the first refusal. */
export async function answerFor(page: Page, answer: (n: number) => Promise<Buffer | Refusal>): Promise<void> {
  await page.route(CLIP_PARTS, async (route) => {
    const parts: Buffer[] = [];
    for (const n of numbersOf(route.request().url())) {
      const found = await answer(n);
      if (Buffer.isBuffer(found)) parts.push(found);
      else if (parts.length === 0) return route.fulfill(found);
      else break;
    }
    if (parts.length === 0) return route.continue();
    return route.fulfill({ contentType: "video/mp4", body: Buffer.concat(parts) });
  });
}

/** Gives out every fragment as it was filmed but one. */
export function answerInstead(
  page: Page,
  of: number,
  answer: () => Promise<Buffer | Refusal> | Buffer | Refusal,
): Promise<void> {
  return answerFor(page, async (n) => (n === of ? answer() : stored(n)));
}
