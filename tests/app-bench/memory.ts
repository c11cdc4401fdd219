import { readFile } from "node:fs/promises";

import { family } from "../desktop/processes.ts";

/** The proportional set size of a process and of all that it started, in MB. */
export async function memoryOf(pid: number): Promise<number> {
  const sizes = await Promise.all((await family(pid)).map(({ pid }) => proportionalSetSize(pid)));
  return sizes.reduce((sum, size) => sum + size, 0) / 1e6;
}

/** In bytes; 0 for one that has ended meanwhile. */
async function proportionalSetSize(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  return Number(rollup.match(/^Pss:\s+(\d+) kB$/m)?.[1] ?? 0) * 1024;
}
