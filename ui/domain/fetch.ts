import { toAppError } from "./errors";
import type { AppError } from "./bindings";

/** Fetches from the app's core. Rejects with an `AppError`, `unanswered` where nothing came at all, or with the abort. */
export async function fetchFromCore(
  url: string,
  signal: AbortSignal,
  unanswered: AppError,
): Promise<Response> {
  const response = await request(url, signal, unanswered);
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => null);
  throw toAppError(body);
}

async function request(url: string, signal: AbortSignal, unanswered: AppError): Promise<Response> {
  try {
    return await fetch(url, { signal });
  } catch (thrown) {
    throw signal.aborted ? thrown : unanswered;
  }
}
