import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

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

/** Waits until so many processes of WebKit's belong to a program. */
export async function webKit(pid: number | undefined, enough: (count: number) => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    const names = (await family(pid ?? 0)).map(({ name }) => name);
    if (enough(names.filter((name) => name.startsWith("WebKit")).length)) return;
    if (Date.now() > end) throw new Error(`after 20 s there are ${names.join(", ")}`);
    await sleep(100);
  }
}

/** Waits until a process and all that it started have ended. */
export async function ended(pid: number, patienceMs = 20_000): Promise<void> {
  const end = Date.now() + patienceMs;
  while ((await family(pid)).length > 0) {
    if (Date.now() > end) throw new Error(`the program did not end within ${patienceMs / 1000} s`);
    await sleep(100);
  }
}

/** Tells a process to end, and waits until it has. */
export async function stopped(pid: number): Promise<void> {
  process.kill(pid);
  await ended(pid);
}

/** What is another after a program was started in place of itself, in the same process: where the kernel put it. */
export async function executionOf(pid: number | undefined): Promise<string> {
  return (await readFile(`/proc/${pid}/auxv`)).toString("hex");
}

/** Waits until the program of a process was started in place of itself. */
export async function startedAnew(pid: number | undefined, execution: string): Promise<void> {
  const end = Date.now() + 60_000;
  while ((await executionOf(pid)) === execution) {
    if (Date.now() > end) throw new Error("the program did not start anew within 60 s");
    await sleep(100);
  }
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
