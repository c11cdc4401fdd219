import { describe, expect, it, vi } from "vitest";
import { fakeBackend } from "../../testing/backend";
import type { AppError, ErrorCode } from "../bindings";
import { Enrolment } from "./enrolment.svelte";

const INVITE = "vestibule://enrol?hub=https://hub.example&key=k&code=c";
const preview = { hub: "hub.example" };

function failing(code: ErrorCode): () => Promise<never> {
  const error: AppError = { code, retryable: true };
  return () => Promise.reject(error);
}

describe("enrolling", () => {
  it("shows which hub a pasted link leads to", async () => {
    const enrolment = new Enrolment(fakeBackend({ previewInvite: () => Promise.resolve(preview) }));
    enrolment.invite = `  ${INVITE}\n`;
    expect(await enrolment.check()).toBe(true);
    expect(enrolment.preview).toEqual(preview);
  });

  it("says at once when it is no invite", async () => {
    const enrolment = new Enrolment(fakeBackend({ previewInvite: failing("invite_malformed") }));
    enrolment.invite = "hello";
    await enrolment.check();
    expect(enrolment.error?.code).toBe("invite_malformed");
    expect(enrolment.preview).toBeNull();
  });

  it("forgets an answer that a newer paste has overtaken", async () => {
    let answerFirst: (answer: typeof preview) => void = () => undefined;
    const first = new Promise<typeof preview>((resolve) => (answerFirst = resolve));
    const previewInvite = vi.fn().mockReturnValueOnce(first);
    previewInvite.mockResolvedValueOnce({ hub: "second.example" });
    const enrolment = new Enrolment(fakeBackend({ previewInvite }));
    enrolment.invite = "one";
    const overtaken = enrolment.check();
    enrolment.invite = "two";
    await enrolment.check();
    answerFirst({ hub: "first.example" });
    expect(await overtaken).toBe(false);
    expect(enrolment.preview?.hub).toBe("second.example");
  });

  it("checks before it enrols when nobody waited for the preview", async () => {
    const enrol = vi.fn().mockResolvedValue(undefined);
    const enrolment = new Enrolment(
      fakeBackend({ previewInvite: () => Promise.resolve(preview), enrol }),
    );
    enrolment.invite = INVITE;
    await enrolment.submit();
    expect(enrol).toHaveBeenCalledExactlyOnceWith(INVITE, "keychain");
  });

  it("enrols with no link but the one whose server it shows", async () => {
    const previewInvite = (invite: string) => Promise.resolve({ hub: `${invite}.example` });
    const enrolment = new Enrolment(fakeBackend({ previewInvite, enrol: failing("timeout") }));
    enrolment.invite = "one";
    await enrolment.check();
    enrolment.invite = "two";
    enrolment.checkSoon();
    await enrolment.submit();
    expect(enrolment.preview?.hub).toBe("two.example");
  });

  it("does not enrol with a link that was changed while it was looked at", async () => {
    const previewInvite = vi.fn().mockResolvedValue(preview);
    const enrolment = new Enrolment(fakeBackend({ previewInvite }));
    enrolment.invite = "one";
    const submitted = enrolment.submit();
    enrolment.invite = "two";
    await submitted;
    expect(enrolment.step.kind).toBe("ready");
    expect(enrolment.error).toBeNull();
  });

  it("leaves the link alone that it enrols with", async () => {
    const enrol = vi.fn().mockReturnValue(new Promise(() => undefined));
    const enrolment = new Enrolment(
      fakeBackend({ previewInvite: () => Promise.resolve(preview), enrol }),
    );
    enrolment.invite = INVITE;
    await enrolment.check();
    void enrolment.submit();
    enrolment.takeOver("another");
    await enrolment.check();
    expect(enrolment.step.kind).toBe("enrolling");
    expect(enrolment.invite).toBe(INVITE);
  });

  it("never falls back to a file by itself", async () => {
    const enrol = vi.fn().mockImplementation(failing("no_keychain"));
    const enrolment = new Enrolment(
      fakeBackend({ previewInvite: () => Promise.resolve(preview), enrol }),
    );
    enrolment.invite = INVITE;
    await enrolment.submit();
    expect(enrolment.error?.code).toBe("no_keychain");
    expect(enrolment.step.kind).toBe("ready");
    await enrolment.submit("file");
    expect(enrol.mock.calls.map(([, storage]: unknown[]) => storage)).toEqual(["keychain", "file"]);
  });

  it("keeps the answer when a check was still due", async () => {
    vi.useFakeTimers();
    const enrolment = new Enrolment(
      fakeBackend({
        previewInvite: () => Promise.resolve(preview),
        enrol: failing("hub_unreachable"),
      }),
    );
    enrolment.invite = INVITE;
    enrolment.checkSoon();
    await enrolment.submit();
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    expect(enrolment.error?.code).toBe("hub_unreachable");
  });

  it("asks for a link before it does anything", async () => {
    const enrolment = new Enrolment(fakeBackend({}));
    await enrolment.submit();
    expect(enrolment.error?.code).toBe("invite_malformed");
  });

  it("enrols once however often it is pressed", async () => {
    const enrol = vi.fn().mockReturnValue(new Promise(() => undefined));
    const enrolment = new Enrolment(
      fakeBackend({ previewInvite: () => Promise.resolve(preview), enrol }),
    );
    enrolment.invite = INVITE;
    await enrolment.check();
    void enrolment.submit();
    void enrolment.submit();
    await Promise.resolve();
    expect(enrol).toHaveBeenCalledTimes(1);
  });
});
