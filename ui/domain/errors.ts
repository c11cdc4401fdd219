import type { AppError } from "./bindings";

/** Any rejection as an `AppError`; what is not one is `internal`. */
export function toAppError(thrown: unknown): AppError {
  if (isAppError(thrown)) return thrown;
  return { code: "internal", retryable: true };
}

function isAppError(value: unknown): value is AppError {
  return (
    typeof value === "object" && value !== null && typeof (value as AppError).code === "string"
  );
}
