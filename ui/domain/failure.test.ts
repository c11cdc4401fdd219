import { describe, expect, it } from "vitest";
import messages from "../messages/en.json";
import { describeFailure } from "./failure";
import type { AppError, DenyReason, ErrorCode } from "./bindings";

const snake = (code: string) => code.replace(/(?<!^)[A-Z]/g, "_$&").toLowerCase();
const has = (key: string) => key in messages;

const reasons: DenyReason[] = [
  "NoCredential",
  "BadSignature",
  "WrongBuilding",
  "WrongDoor",
  "UnitDoor",
  "NotTheHolder",
  "NotYetValid",
  "CredentialExpired",
  "Revoked",
  "Malformed",
  "TooManyAttempts",
  "OutsideHours",
  "LockedDown",
  "WrongCode",
  "ClockUnknown",
  "OnlyAtTheDoor",
  "NotFilmed",
];

describe("a failure in words", () => {
  it.each(reasons)("says what %s means and what to do next", (reason) => {
    const { title, next } = describeFailure({ code: "denied", reason, retryable: false });
    expect(title).toBe(messages[`error_denied_${snake(reason)}_title` as keyof typeof messages]);
    expect(next).not.toBe("");
  });

  it("has two sentences for every code, and no two codes share a title", () => {
    const titles = Object.keys(messages).filter((key) => /^error_.*_title$/.test(key));
    expect(titles.every((key) => has(key.replace(/_title$/, "_next")))).toBe(true);
    const texts = titles.map((key) => messages[key as keyof typeof messages]);
    // Bluetooth being off is the same news on the first page and at a door.
    expect(new Set(texts).size).toBe(texts.length);
  });

  it("offers another try where time or the person can mend it", () => {
    const offers = (error: AppError) => describeFailure(error).offerRetry;
    expect(offers({ code: "timeout", retryable: true })).toBe(true);
    expect(offers({ code: "permission_denied", retryable: false })).toBe(true);
    expect(offers({ code: "denied", reason: "CredentialExpired", retryable: false })).toBe(true);
    expect(offers({ code: "denied", reason: "Revoked", retryable: false })).toBe(false);
    expect(offers({ code: "hub_not_trusted", retryable: false })).toBe(false);
  });

  it("sends nobody closer to a door that was asked from afar", () => {
    const lost: AppError = { code: "connection_lost", retryable: true };
    expect(describeFailure(lost).next).toBe(messages.error_connection_lost_next);
    expect(describeFailure(lost, true).next).toBe(messages.error_remote_broke_off_next);
    const busy: AppError = { code: "door_busy", retryable: true };
    expect(describeFailure(busy, true)).toEqual(describeFailure(busy));
  });

  it("has words for a code from a newer core", () => {
    const { title } = describeFailure({ code: "sunspots" as ErrorCode, retryable: false });
    expect(title).toBe(messages.error_internal_title);
  });

  it("has words for a refusal without a reason", () => {
    expect(describeFailure({ code: "denied", retryable: false }).title).not.toBe("");
  });
});
