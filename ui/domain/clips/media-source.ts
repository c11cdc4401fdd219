interface Offered {
  MediaSource?: typeof MediaSource;
  ManagedMediaSource?: typeof MediaSource;
}

/** What this window offers to play fragments with, or `null`. iOS has only the managed kind. */
export function mediaSourceFor(mimeType: string): typeof MediaSource | null {
  const offered: Offered = globalThis;
  const kind = offered.MediaSource ?? offered.ManagedMediaSource;
  return kind?.isTypeSupported(mimeType) ? kind : null;
}

/** Gives `video` a fresh source and waits until it is open; rejects with the abort, and holds nothing after either. */
export async function openSource(
  Kind: typeof MediaSource,
  video: HTMLVideoElement,
  signal?: AbortSignal,
): Promise<MediaSource> {
  signal?.throwIfAborted();
  const source = new Kind();
  // A managed source opens only where remote playback is ruled out.
  video.disableRemotePlayback = true;
  const url = URL.createObjectURL(source);
  video.src = url;
  try {
    await once(source, "sourceopen", signal);
  } finally {
    URL.revokeObjectURL(url);
  }
  return source;
}

/** Does one asynchronous change to the buffer and waits for its end. */
export async function change(buffer: SourceBuffer, begin: () => void): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    const settle = (event: Event): void => {
      buffer.removeEventListener("updateend", settle);
      buffer.removeEventListener("error", settle);
      if (event.type === "error") reject(new Error("The buffer refused the bytes."));
      else resolve();
    };
    buffer.addEventListener("updateend", settle);
    buffer.addEventListener("error", settle);
  });
  begin();
  await done;
}

export function isQuotaExceeded(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "QuotaExceededError";
}

function once(target: EventTarget, type: string, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    target.addEventListener(type, () => resolve(), { once: true });
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
