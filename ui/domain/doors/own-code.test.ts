import { beforeEach, expect, it, vi } from "vitest";
import { fakeBackend } from "../../testing/backend";
import { App } from "../app.svelte";
import type { AppError } from "../bindings";
import { CodeSheet } from "./own-code.svelte";

const DIGITS = "40718263";
const refused: AppError = { code: "not_confirmed", retryable: true };

let reveal = vi.fn<() => Promise<string>>();
let sheet: CodeSheet;

beforeEach(() => {
  reveal = vi.fn().mockResolvedValue(DIGITS);
  sheet = new CodeSheet(new App(fakeBackend({ revealOwnCode: reveal })));
});

it("shows the digits that were asked for, and hides them again", async () => {
  await sheet.toggle();
  expect(sheet.code).toBe(DIGITS);
  await sheet.toggle();
  expect(sheet.code).toBeNull();
});

it("shows no digits that come after it was closed, also when it is open again", async () => {
  const asked = sheet.toggle();
  sheet.close();
  await asked;
  expect(sheet.code).toBeNull();
  await sheet.toggle();
  expect(sheet.code).toBe(DIGITS);
});

it("says nothing of a refusal that comes after it was closed", async () => {
  reveal.mockRejectedValueOnce(refused).mockRejectedValueOnce(refused);
  const asked = sheet.toggle();
  sheet.close();
  await asked;
  expect(sheet.failure).toBeNull();
  await sheet.toggle();
  expect(sheet.failure).not.toBeNull();
});

it("asks once, however often it is pressed while the system asks who it is", async () => {
  const asked = sheet.toggle();
  await sheet.toggle();
  await asked;
  expect(reveal).toHaveBeenCalledTimes(1);
});
