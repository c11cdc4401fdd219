import { type ChildProcess, execFile, spawn } from "node:child_process";
import { promisify } from "node:util";

import { executionOf, family, startedAnew } from "../desktop/processes.ts";
import { program } from "../desktop/programs.ts";
import { memoryOf } from "./memory.ts";

/** A program with a window, and all the processes that belong to it. */
export class Windowed {
  /** When it was asked for (Unix ms). */
  readonly startedAt: number;
  readonly #child: ChildProcess;

  private constructor(command: string, words: string[], env: NodeJS.ProcessEnv) {
    this.startedAt = performance.timeOrigin + performance.now();
    this.#child = spawn(command, words, { env, stdio: "ignore" });
  }

  /** The app, with its data in `folder`. */
  static app(folder: string): Windowed {
    return new Windowed(program("vestibule"), [], { ...process.env, VESTIBULE_DATA_DIR: folder });
  }

  /** Chromium with a window for one page, and its profile in `folder`. */
  static chromium(url: string, folder: string): Windowed {
    const words = [`--app=${url}`, `--user-data-dir=${folder}`, "--window-size=960,720", ...CHROMIUM_WORDS];
    return new Windowed(process.env.CHROMIUM ?? "/usr/bin/chromium", words, process.env);
  }

  /** In MB. */
  memory(): Promise<number> {
    return memoryOf(this.#pid);
  }

  /** Whether a process of this name belongs to it. */
  async has(name: string): Promise<boolean> {
    return (await family(this.#pid)).some((process) => process.name === name);
  }

  /** What is another once it has started anew. */
  execution(): Promise<string> {
    return executionOf(this.#pid);
  }

  /** Waits until it has started anew. */
  startsAnew(execution: string): Promise<void> {
    return startedAnew(this.#pid, execution);
  }

  /** Ends it, and waits until nothing is left of it. */
  async end(): Promise<void> {
    const all = await family(this.#pid);
    this.#child.kill();
    for (const { pid } of all)
      while ((await family(pid)).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  get #pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#child.spawnfile} cannot be started`);
    return this.#child.pid;
  }
}

/** Nothing that only a browser has to do at its first start, and nothing that this machine has no part for. */
const CHROMIUM_WORDS = [
  "--no-first-run",
  "--no-default-browser-check",
  "--password-store=basic",
  "--disable-gpu",
  "--no-sandbox",
];

/** Asks the running app to show itself, with the words that a second start sends it. Returns when it was asked (Unix ms). */
export async function askToShow(): Promise<number> {
  const asked = performance.timeOrigin + performance.now();
  await promisify(execFile)("dbus-send", [
    "--session",
    "--print-reply",
    "--dest=org.vestibule.app.SingleInstance",
    "/org/vestibule/app/SingleInstance",
    "org.SingleInstance.DBus.ExecuteCallback",
    "array:string:vestibule",
    "string:/",
  ]);
  return asked;
}
