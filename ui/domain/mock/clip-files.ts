import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import type { Connect, Plugin } from "vite";

/** Serves `/clip/<clip>/<file>` from `folder` while developing and previewing the mock. */
export function mockClips(folder: string): Plugin {
  const serve: Connect.NextHandleFunction = (request, response, next) => {
    const match = /^\/clip\/([\w-]+)\/([\w.]+)$/.exec(request.url ?? "");
    if (!match) {
      next();
      return;
    }
    const file = join(folder, match[1] ?? "", match[2] ?? "");
    if (!existsSync(file)) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(JSON.stringify({ code: "clip_unavailable", retryable: true }));
      return;
    }
    const type = file.endsWith(".json") ? "application/json" : "video/mp4";
    response.writeHead(200, { "content-type": type });
    createReadStream(file).pipe(response);
  };
  return {
    name: "mock-clips",
    configureServer: ({ middlewares }) => void middlewares.use(serve),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(serve),
  };
}
