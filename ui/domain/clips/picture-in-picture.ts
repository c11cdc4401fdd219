interface Presented extends HTMLVideoElement {
  webkitSupportsPresentationMode?: (mode: string) => boolean;
  webkitSetPresentationMode?: (mode: string) => void;
  webkitPresentationMode?: string;
}

/** Whether this window can show the video in a small one above all others. */
export function hasPictureInPicture(video: HTMLVideoElement): boolean {
  const { webkitSupportsPresentationMode }: Presented = video;
  if (document.pictureInPictureEnabled) return true;
  return webkitSupportsPresentationMode?.call(video, "picture-in-picture") ?? false;
}

/** Moves the video into its small window, or back. Rejects where the system refuses. */
export async function togglePictureInPicture(video: HTMLVideoElement): Promise<void> {
  const presented: Presented = video;
  if (document.pictureInPictureEnabled) {
    if (document.pictureInPictureElement === video) await document.exitPictureInPicture();
    else await video.requestPictureInPicture();
    return;
  }
  const isSmall = presented.webkitPresentationMode === "picture-in-picture";
  presented.webkitSetPresentationMode?.(isSmall ? "inline" : "picture-in-picture");
}
