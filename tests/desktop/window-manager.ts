import { type ChildProcess, execFile, spawn } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The desktop's window manager: it closes windows as the cross in their frame does. */
export class WindowManager {
  readonly #openbox: ChildProcess;

  private constructor(openbox: ChildProcess) {
    this.#openbox = openbox;
  }

  static async start(): Promise<WindowManager> {
    const openbox = spawn("openbox", [], { stdio: ["ignore", "ignore", "inherit"] });
    const manager = new WindowManager(openbox);
    // Until it manages the display, nobody can be asked for the windows.
    for (let left = 100; left > 0 && openbox.exitCode === null; left -= 1) {
      if ((await manager.#ask("-m")) !== null) return manager;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    openbox.kill();
    throw new Error("openbox did not take up the display");
  }

  /** Closes the window with this title, as a person would; the program may do something else than end. */
  async closeWindow(title: string): Promise<void> {
    if ((await this.#ask("-F", "-c", title)) === null) throw new Error(`there is no window called ${title}`);
  }

  close(): void {
    this.#openbox.kill();
  }

  async #ask(...words: string[]): Promise<string | null> {
    return run("wmctrl", words).then(
      ({ stdout }) => stdout,
      () => null,
    );
  }
}
