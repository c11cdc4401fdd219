import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

import { LineProgram } from "../desktop/lines.ts";
import { program } from "../desktop/programs.ts";

/** The page that was built into the app, for a plain browser: served from here, with the app's core behind HTTP. */
export class BrowserPage {
  readonly url: string;
  readonly #server: Server;
  readonly #bridge: LineProgram;

  private constructor(server: Server, bridge: LineProgram) {
    this.url = `http://localhost:${(server.address() as AddressInfo).port}/`;
    this.#server = server;
    this.#bridge = bridge;
  }

  /** Enrols a core whose data is in `folder`, and serves. */
  static async start(folder: string, invite: string): Promise<BrowserPage> {
    const bridge = new LineProgram(program("vestibule-bridge"), [folder, invite]);
    const files = new Files(await bridge.next(60_000));
    const server = createServer((request, response) => {
      void files.read(new URL(request.url ?? "/", "http://localhost").pathname).then((file) => {
        response.writeHead(file === null ? 404 : 200, file ? { "content-type": file.type } : {});
        response.end(file?.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new BrowserPage(server, bridge);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await this.#bridge.close();
  }
}

const BUILT = join(import.meta.dirname, "..", "..", "ui", "dist");

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

interface File {
  type: string;
  body: Buffer | string;
}

/** What was built, and a script before it that stands in for Tauri's. */
class Files {
  readonly #core: string;

  constructor(core: string) {
    this.#core = core;
  }

  async read(path: string): Promise<File | null> {
    if (path === "/core.js") return { type: "text/javascript", body: this.#script() };
    const name = path === "/" ? "/index.html" : path;
    const type = TYPES[extname(name)] ?? "application/octet-stream";
    const body = await readFile(join(BUILT, name)).catch(() => null);
    if (body === null || name !== "/index.html") return body && { type, body };
    return { type, body: body.toString().replace("<head>", '<head><script src="/core.js"></script>') };
  }

  #script(): string {
    // The compiler marks functions that are sent to a page with a helper that the page lacks.
    return `globalThis.__name = (marked) => marked; (${connect})(${JSON.stringify(this.#core)});`;
  }
}

/** Runs in the page: has what the page asks of Tauri answered by the core at `origin`. */
function connect(origin: string): void {
  const answer = async (response: Response) => {
    const body: unknown = await response.json();
    if (!response.ok) throw body;
    return body;
  };
  const invoke = async (command: string, args: object) =>
    command.startsWith("plugin:")
      ? null
      : answer(
          await fetch(`${origin}/invoke/${command}`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(args ?? {}),
          }),
        );
  Object.assign(window, {
    __TAURI_INTERNALS__: {
      invoke,
      transformCallback: () => 0,
      convertFileSrc: (path: string, scheme: string) => `${origin}/${scheme}/${path}`,
      metadata: {
        currentWindow: { label: "main" },
        currentWebview: { label: "main", windowLabel: "main" },
      },
    },
  });
}
