import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { layOutWideFilm } from "../web/film/wide.ts";

const ui = join(import.meta.dirname, "..", "..", "ui");

/** The app's interface over its mocked core, served to any browser. */
export class MockUi {
  private constructor(
    readonly url: string,
    private readonly server: ChildProcess,
  ) {}

  static async serve(port: number): Promise<MockUi> {
    await layOutWideFilm(join(ui, "..", "target", "web", "clips"));
    const build = npm("run", "--silent", "build:mock");
    const [code] = await once(build, "exit");
    if (code !== 0) throw new Error(`The mocked interface did not build: ${code}.`);
    const where = ["--host", "127.0.0.1", "--port", `${port}`, "--outDir", "../target/web/ui"];
    const server = spawn("node_modules/.bin/vite", ["preview", "--mode", "mock", ...where], {
      cwd: ui,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const url = `http://127.0.0.1:${port}`;
    await answers(url);
    return new MockUi(url, server);
  }

  close(): void {
    this.server.kill();
  }
}

function npm(...words: string[]): ChildProcess {
  return spawn("npm", words, { cwd: ui, stdio: ["ignore", "ignore", "inherit"] });
}

async function answers(url: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await fetch(url).then(({ ok }) => ok, () => false))) {
    if (Date.now() > end) throw new Error(`Nothing answers at ${url}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
