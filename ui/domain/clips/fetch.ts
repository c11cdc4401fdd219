import type { AppError, ClipTimeline } from "../bindings";
import { fetchFromCore } from "../fetch";
import type { FetchFragments } from "./loader";

const UNAVAILABLE: AppError = { code: "clip_unavailable", retryable: true };

/**
 * Fetches parts of the clip that `timeline` tells of from where `url` says. Rejects with an `AppError`, or the abort.
 */
export function fragmentsOf(
  timeline: () => ClipTimeline,
  url: (first: number, last: number) => string,
): FetchFragments {
  return async (first, last, signal) => {
    const response = await fetchFromCore(url(first, last), signal, UNAVAILABLE);
    const film = new Uint8Array(await response.arrayBuffer());
    if (first === last) return [film];
    const asked = timeline().fragments.filter(({ n }) => first <= n && n <= last);
    return cut(film, asked);
  };
}

/** As many as are there whole. */
function cut(film: Uint8Array<ArrayBuffer>, asked: readonly { bytes: number }[]) {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const { bytes } of asked) {
    if (at + bytes > film.length) break;
    parts.push(film.subarray(at, at + bytes));
    at += bytes;
  }
  if (parts.length === 0) throw UNAVAILABLE;
  return parts;
}
