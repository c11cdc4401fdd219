import { fetchFromCore } from "../fetch";

/** Fetches one part of a clip. Rejects with an `AppError`, or the abort. */
export async function fetchFragment(
  url: string,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetchFromCore(url, signal, { code: "clip_unavailable", retryable: true });
  return new Uint8Array(await response.arrayBuffer());
}
