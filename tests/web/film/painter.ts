type Rgb = readonly [number, number, number];

/** Paints rectangles on an I420 picture. */
export class Painter {
  readonly bytes: Buffer;

  constructor(
    readonly width: number,
    readonly height: number,
    background?: Painter,
  ) {
    this.bytes = background
      ? Buffer.from(background.bytes)
      : Buffer.alloc((width * height * 3) / 2);
  }

  /** Coordinates are rounded to even numbers, as the colour planes have half the size. */
  rect(x: number, y: number, width: number, height: number, colour: Rgb): this {
    const [luma, u, v] = toYuv(colour);
    const size = this.width * this.height;
    this.plane(0, this.width, this.height, [x, y, width, height], luma);
    const half = [x, y, width, height].map((n) => n / 2);
    this.plane(size, this.width / 2, this.height / 2, half, u);
    this.plane(size + size / 4, this.width / 2, this.height / 2, half, v);
    return this;
  }

  /** The least significant bit of `value` first, each as a black or white square of `size`. */
  bits(x: number, y: number, size: number, count: number, value: number): this {
    for (let bit = 0; bit < count; bit += 1) {
      const level = (value >> bit) & 1 ? 255 : 0;
      this.rect(x + bit * size, y, size, size, [level, level, level]);
    }
    return this;
  }

  private plane(from: number, width: number, height: number, area: number[], value: number): void {
    const [x = 0, y = 0, w = 0, h = 0] = area.map(Math.round);
    const left = clamp(x, width);
    const right = clamp(x + w, width);
    for (let row = clamp(y, height); row < clamp(y + h, height); row += 1) {
      this.bytes.fill(value, from + row * width + left, from + row * width + right);
    }
  }
}

function clamp(n: number, limit: number): number {
  return Math.min(Math.max(0, n), limit);
}

/** BT.601, limited range. */
function toYuv([r, g, b]: Rgb): Rgb {
  return [
    Math.round(16 + 0.257 * r + 0.504 * g + 0.098 * b),
    Math.round(128 - 0.148 * r - 0.291 * g + 0.439 * b),
    Math.round(128 + 0.439 * r - 0.368 * g - 0.071 * b),
  ];
}
