import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";

const folder = fileURLToPath(new URL("../../../target/web/clips/clip-lobby", import.meta.url));

/** What a store could do to fragment `n`: the bytes that it hands out instead. */
export const DAMAGES = {
  tampered: async (n: number) => {
    const bytes = await stored(n);
    const middle = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    return bytes;
  },
  truncated: async (n: number) => (await stored(n)).subarray(0, -1),
  reordered: (n: number) => stored(n + 1),
  swapped: (n: number) => stored(n - 60),
} satisfies Record<string, (n: number) => Promise<Buffer>>;

export type Damage = keyof typeof DAMAGES;

/**
 * Puts a store that damages fragment `n` behind the core, which proves each fragment to be the one that the door
 * recorded at that place, and refuses it otherwise.
 */
export async function damageFragment(page: Page, n: number, damage: Damage): Promise<void> {
  await page.route("**/clip/clip-lobby/*", async (route) => {
    const asked = Number(/\d+$/.exec(route.request().url())?.[0] ?? Number.NaN);
    if (Number.isNaN(asked)) return route.continue();
    const bytes = asked === n ? await DAMAGES[damage](n) : await stored(asked);
    if (hash(bytes) === hash(await stored(asked))) {
      return route.fulfill({ contentType: "video/mp4", body: bytes });
    }
    return route.fulfill({ status: 422, json: { code: "clip_tampered", retryable: false } });
  });
}

function stored(n: number): Promise<Buffer> {
  return readFile(`${folder}/${n}`);
}

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
