import { fetchFromCore } from "../fetch";

/** How pictures come: from the door itself over this network, or through the building's server. */
export type Way = "direct" | "hub";

/** One part of a live picture: an init segment, or all the fragments that there are. */
export interface Part {
  /** Of its last fragment: who is behind is given more than was asked for, or the newest alone. */
  n: number;
  init: boolean;
  way: Way;
  bytes: ArrayBuffer;
}

/** Waits for a part. Rejects with an `AppError`, or the abort. */
export async function fetchPart(url: string, signal: AbortSignal): Promise<Part> {
  const response = await fetchFromCore(url, signal, { code: "connection_lost", retryable: true });
  return {
    n: Number(response.headers.get("vestibule-part")),
    init: response.headers.get("vestibule-init") === "1",
    way: response.headers.get("vestibule-way") === "direct" ? "direct" : "hub",
    bytes: await response.arrayBuffer(),
  };
}
