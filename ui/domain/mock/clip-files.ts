import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Connect, Plugin } from "vite";
import { CLIP_ID } from "./building.ts";

interface Answer {
  type: string;
  body: Buffer;
}

/**
 * Serves `/clip/<clip>/<file>`, and `/clip/<clip>/<first>-<last>` as the app's scheme does, from `folder` while developing
 * and previewing the mock. Every clip has the same thumbnail.
 */
export function mockClips(folder: string): Plugin {
  const serve: Connect.NextHandleFunction = (request, response, next) => {
    const match = /^\/clip\/([\w-]+)\/([\w.-]+)$/.exec(request.url ?? "");
    if (!match) {
      next();
      return;
    }
    const [, clip = "", name = ""] = match;
    find(folder, clip, name).then(
      ({ type, body }) => {
        response.writeHead(200, { "content-type": type });
        response.end(body);
      },
      () => {
        response.writeHead(404, { "content-type": "application/json" });
        response.end(JSON.stringify({ code: "clip_unavailable", retryable: true }));
      },
    );
  };
  return {
    name: "mock-clips",
    configureServer: ({ middlewares }) => void middlewares.use(serve),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(serve),
  };
}

async function find(folder: string, clip: string, name: string): Promise<Answer> {
  if (name === "thumbnail") {
    return { type: "image/jpeg", body: await readFile(join(folder, CLIP_ID, name)) };
  }
  const range = /^(\d+)-(\d+)$/.exec(name);
  if (range) {
    const [, first, last] = range.map(Number) as [number, number, number];
    return { type: "video/mp4", body: await fragments(join(folder, clip), first, last) };
  }
  const type = name.endsWith(".json") ? "application/json" : "video/mp4";
  return { type, body: await readFile(join(folder, clip, name)) };
}

/** As many as there are. */
async function fragments(folder: string, first: number, last: number): Promise<Buffer> {
  const numbers = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const found = await Promise.allSettled(numbers.map((n) => readFile(join(folder, String(n)))));
  const missing = found.findIndex(({ status }) => status === "rejected");
  if (missing === 0) throw new Error("There is no such fragment.");
  const there = missing < 0 ? found : found.slice(0, missing);
  return Buffer.concat(there.map((one) => (one as PromiseFulfilledResult<Buffer>).value));
}
