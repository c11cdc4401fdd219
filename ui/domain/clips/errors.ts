import type { AppError } from "../bindings";

/** `unsupported`: this window cannot decode the clip at all. */
export type StreamError = AppError | { code: "unsupported" };

export function isTampered(thrown: unknown): boolean {
  return isError(thrown) && thrown.code === "clip_tampered";
}

/** Whether the same may work in a moment, without anybody doing anything. */
export function passes(thrown: unknown): thrown is AppError {
  return isError(thrown) && thrown.code !== "unsupported" && thrown.retryable;
}

export function isAbort(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "AbortError";
}

export function asStreamError(thrown: unknown): StreamError {
  return isError(thrown) ? thrown : { code: "clip_unavailable", retryable: true };
}

function isError(thrown: unknown): thrown is StreamError {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return false;
  return typeof thrown.code === "string";
}
