import { fetchFromCore } from "../fetch";

/** One part of a live picture. */
export interface Part {
  /** Not always the one that was asked for: who is behind is given the newest. */
  n: number;
  init: boolean;
  bytes: ArrayBuffer;
}

/** Waits for a part. Rejects with an `AppError`, or the abort. */
export async function fetchPart(url: string, signal: AbortSignal): Promise<Part> {
  const response = await fetchFromCore(url, signal, { code: "connection_lost", retryable: true });
  return {
    n: Number(response.headers.get("vestibule-part")),
    init: response.headers.get("vestibule-init") === "1",
    bytes: await response.arrayBuffer(),
  };
}
