import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import type { Connect, Plugin } from "vite";
import { CLIP_ID } from "./building.ts";

function typeOf(name: string): string {
  if (name === "thumbnail") return "image/jpeg";
  return name.endsWith(".json") ? "application/json" : "video/mp4";
}

/**
 * Serves `/clip/<clip>/<file>` from `folder` while developing and previewing the mock. Every clip has the same
 * thumbnail.
 */
export function mockClips(folder: string): Plugin {
  const serve: Connect.NextHandleFunction = (request, response, next) => {
    const match = /^\/clip\/([\w-]+)\/([\w.]+)$/.exec(request.url ?? "");
    if (!match) {
      next();
      return;
    }
    const [, clip = "", name = ""] = match;
    const file = join(folder, name === "thumbnail" ? CLIP_ID : clip, name);
    if (!existsSync(file)) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(JSON.stringify({ code: "clip_unavailable", retryable: true }));
      return;
    }
    response.writeHead(200, { "content-type": typeOf(name) });
    createReadStream(file).pipe(response);
  };
  return {
    name: "mock-clips",
    configureServer: ({ middlewares }) => void middlewares.use(serve),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(serve),
  };
}
