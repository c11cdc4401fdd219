import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";
import { answerInstead, stored } from "./core.ts";

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
  await answerInstead(page, n, async () => {
    const bytes = await DAMAGES[damage](n);
    if (hash(bytes) === hash(await stored(n))) return bytes;
    return { status: 422, json: { code: "clip_tampered", retryable: false } };
  });
}

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
