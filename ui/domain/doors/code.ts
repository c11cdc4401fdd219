/** Digits in groups of four, which an eye takes in at once. */
export function grouped(code: string): string[] {
  return code.match(/.{1,4}/g) ?? [];
}

/** Digits as a screen reader should read them: one by one. */
export function spelled(code: string): string {
  return Array.from(code).join(" ");
}
