import { readdir, readFile } from "node:fs/promises";

/** A running process and who started it. */
export interface Process {
  pid: number;
  parent: number;
  /** As the kernel keeps it: its first fifteen letters. */
  name: string;
}

/** A process with all that it started, and what those started. Itself is first; none when it has ended. */
export async function family(pid: number): Promise<Process[]> {
  const all = await running();
  const found = all.filter((process) => process.pid === pid);
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

async function running(): Promise<Process[]> {
  const numbers = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const processes = await Promise.all(numbers.map((number) => read(Number(number))));
  return processes.filter((process) => process !== null);
}

/** `null` for one that has ended meanwhile, or is only waited for. */
async function read(pid: number): Promise<Process | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  // The name may hold anything, brackets and blanks too; what follows the last bracket does not.
  const [, name, state, parent] = stat?.match(/^\d+ \((.*)\) (\S) (\d+) /s) ?? [];
  if (name === undefined || state === "Z") return null;
  return { pid, parent: Number(parent), name };
}
