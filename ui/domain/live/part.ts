import { toAppError } from "../errors";

/** One part of a live picture. */
export interface Part {
  /** Not always the one that was asked for: who is behind is given the newest. */
  n: number;
  init: boolean;
  bytes: ArrayBuffer;
}

/** Waits for a part. Rejects with an `AppError`, or the abort. */
export async function fetchPart(url: string, signal: AbortSignal): Promise<Part> {
  const response = await request(url, signal);
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => null);
    throw toAppError(body);
  }
  return {
    n: Number(response.headers.get("vestibule-part")),
    init: response.headers.get("vestibule-init") === "1",
    bytes: await response.arrayBuffer(),
  };
}

async function request(url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { signal });
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    throw { code: "connection_lost", retryable: true };
  }
}
