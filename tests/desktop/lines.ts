import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A program that speaks in lines: each line it prints is kept until somebody takes it. */
export class LineProgram {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #name: string;
  readonly #lines: string[] = [];
  readonly #waiting: Array<(line: string | null) => void> = [];
  #ended = false;

  constructor(program: string, args: string[] = []) {
    this.#name = program.split("/").at(-1) ?? program;
    this.#child = spawn(program, args);
    this.#child.stderr.pipe(process.stderr);
    const reader = createInterface({ input: this.#child.stdout });
    reader.on("line", (line) => this.#take(line));
    reader.on("close", () => this.#end());
  }

  send(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The next line; fails when none comes in time or the program has ended. */
  async next(patienceMs: number): Promise<string> {
    const kept = this.#lines.shift();
    if (kept !== undefined) return kept;
    if (this.#ended) throw new Error(`${this.#name} has ended`);
    const line = await this.#arrival(patienceMs);
    if (line === null) throw new Error(`${this.#name} ended instead of answering`);
    return line;
  }

  /** Ends the program's input, whereupon it ends itself and whatever it started. */
  async close(patienceMs = 20_000): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    this.#child.stdin.end();
    const overdue = setTimeout(() => this.#child.kill("SIGKILL"), patienceMs);
    await gone;
    clearTimeout(overdue);
  }

  #arrival(patienceMs: number): Promise<string | null> {
    return new Promise((resolve, reject) => {
      const deliver = (line: string | null) => {
        clearTimeout(timer);
        resolve(line);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(deliver), 1);
        reject(new Error(`${this.#name} said nothing for ${patienceMs} ms`));
      }, patienceMs);
      this.#waiting.push(deliver);
    });
  }

  #take(line: string): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(line);
    else this.#lines.push(line);
  }

  #end(): void {
    this.#ended = true;
    for (const waiting of this.#waiting.splice(0)) waiting(null);
  }
}
