import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import type { ClipTimeline } from "../bindings";

const FRAGMENT_MS = 100;
/** How far behind somebody may be before the newest group of pictures takes its place. */
const KEPT = 20;
/** After so many parts a picture that ends does. */
const ENDS_AFTER = 8;

interface Film {
  init: Buffer;
  fragments: { bytes: Buffer; keyframe: boolean }[];
}

/** Serves `/live/<watch>/<n>` while developing and previewing the mock: the clip in `folder`, over and over, as it would be
 *  filmed now. A watch named by an error code ends with it. */
export function mockLive(folder: string): Plugin {
  const begun = new Map<string, number>();
  let film: Film | null = null;
  const serve: Connect.NextHandleFunction = (request, response, next) => {
    const match = /^\/live\/([\w-]+)\/(\d+)$/.exec(request.url ?? "");
    film ??= load(folder);
    if (!match?.[1] || !film) {
      next();
      return;
    }
    const [, watch, n] = match;
    const beganAt = begun.get(watch) ?? Date.now();
    begun.set(watch, Number(n) === 0 ? Date.now() : beganAt);
    answer(response, film, watch, Number(n), begun.get(watch) ?? beganAt);
  };
  return {
    name: "mock-live",
    configureServer: ({ middlewares }) => void middlewares.use(serve),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(serve),
  };
}

function load(folder: string): Film | null {
  const file = (name: string) => readFileSync(join(folder, name));
  if (!existsSync(join(folder, "timeline.json"))) return null;
  const { fragments } = JSON.parse(file("timeline.json").toString()) as ClipTimeline;
  return {
    init: file("0"),
    fragments: fragments.map(({ n, keyframe }) => ({ bytes: file(String(n)), keyframe })),
  };
}

function answer(
  response: ServerResponse,
  film: Film,
  watch: string,
  n: number,
  beganAt: number,
): void {
  const isCode = watch.includes("_");
  if (isCode && n > ENDS_AFTER) {
    response.writeHead(503, { "content-type": "application/json" });
    response.end(JSON.stringify({ code: watch, retryable: true }));
    return;
  }
  if (n === 0) {
    send(response, 0, true, film.init);
    return;
  }
  const filmed = Math.floor((Date.now() - beganAt) / FRAGMENT_MS) + 1;
  const at = (n: number) => film.fragments[(n - 1) % film.fragments.length];
  let shown = n;
  if (n < filmed - KEPT) for (shown = filmed; shown > 1 && !at(shown)?.keyframe;) shown -= 1;
  const fragment = at(shown);
  const waitMs = Math.max(0, beganAt + (shown - 1) * FRAGMENT_MS - Date.now());
  setTimeout(() => fragment && send(response, shown, false, fragment.bytes), waitMs);
}

function send(response: ServerResponse, n: number, init: boolean, bytes: Buffer): void {
  response.writeHead(200, {
    "content-type": "video/mp4",
    "vestibule-part": String(n),
    "vestibule-init": init ? "1" : "0",
    "vestibule-way": "direct",
  });
  response.end(bytes);
}
