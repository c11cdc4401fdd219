import { toAppError } from "../errors";

/** Fetches one part of a clip. Rejects with an `AppError`, or the abort. */
export async function fetchFragment(
  url: string,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await request(url, signal);
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => null);
    throw toAppError(body);
  }
  return new Uint8Array(await response.arrayBuffer());
}

async function request(url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { signal });
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    throw { code: "clip_unavailable", retryable: true };
  }
}
