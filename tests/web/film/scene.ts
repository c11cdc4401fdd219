import { Painter } from "./painter.ts";

export const WIDTH = 640;
export const HEIGHT = 360;
export const FPS = 20;

/** Where each picture carries its own number, for tests to read back. */
export const STAMP = {
  x: 8,
  y: 344,
  size: 8,
  bits: 12,
  of: { width: WIDTH, height: HEIGHT },
} as const;

const lobby = paintLobby();

/** A courier walks up to a lobby's glass door, it slides open at `entryS`, and the courier walks in. */
export function picture(index: number, entryS: number): Painter {
  const seconds = index / FPS - entryS;
  const open = ease((seconds - 0.4) / 1) * (1 - ease((seconds - 6) / 1.5));
  const painter = new Painter(WIDTH, HEIGHT, lobby);
  paintDoor(painter, open);
  paintCourier(painter, seconds);
  return painter.bits(STAMP.x, STAMP.y, STAMP.size, STAMP.bits, index);
}

function paintLobby(): Painter {
  const painter = new Painter(WIDTH, HEIGHT);
  for (let y = 0; y < HEIGHT; y += 4) {
    const shade = y < 250 ? 178 - y * 0.16 : 92 + (y - 250) * 0.25;
    painter.rect(0, y, WIDTH, 4, [shade, shade * 0.985, shade * 0.95]);
  }
  for (const x of [36, 92, 540, 596]) painter.rect(x, 120, 44, 64, [96, 101, 98]);
  for (const x of [36, 92, 540, 596]) painter.rect(x + 4, 148, 36, 4, [150, 154, 148]);
  painter.rect(0, 246, WIDTH, 6, [74, 76, 72]);
  painter.rect(204, 60, 232, 192, [58, 64, 62]);
  painter.rect(300, 34, 40, 14, [226, 232, 214]);
  return painter;
}

function paintDoor(painter: Painter, open: number): void {
  painter.rect(212, 68, 216, 184, [206, 218, 222]);
  painter.rect(212, 190, 216, 62, [150, 158, 150]);
  const leaf = Math.round(54 * (1 - open)) * 2;
  for (const [x, width] of [
    [212, leaf],
    [428 - leaf, leaf],
  ] as const) {
    painter.rect(x, 68, width, 184, [112, 134, 136]);
    painter.rect(x + 4, 74, Math.max(0, width - 8), 172, [138, 162, 164]);
  }
}

function paintCourier(painter: Painter, seconds: number): void {
  const walkIn = ease((seconds + 8) / 6);
  const walkOn = ease((seconds - 1.6) / 4);
  const x = 700 - walkIn * 380 - walkOn * 380;
  const bob =
    Math.abs(Math.sin(seconds * 5)) * 4 * (walkIn < 1 || (walkOn > 0 && walkOn < 1) ? 1 : 0);
  const y = 196 - bob;
  painter.rect(x - 26, y, 52, 76, [34, 92, 84]);
  painter.rect(x - 16, y - 38, 32, 34, [196, 158, 128]);
  painter.rect(x - 18, y - 44, 36, 14, [28, 72, 66]);
  painter.rect(x - 22, y + 76, 18, 56, [44, 50, 58]);
  painter.rect(x + 4, y + 76, 18, 56, [44, 50, 58]);
  painter.rect(x - 44, y + 18, 56, 44, [186, 142, 92]);
  painter.rect(x - 20, y + 18, 8, 44, [208, 172, 124]);
}

function ease(t: number): number {
  const clamped = Math.min(1, Math.max(0, t));
  return clamped * clamped * (3 - 2 * clamped);
}
