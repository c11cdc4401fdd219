import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Each channel from 0 to 255. */
export interface Colour {
  red: number;
  green: number;
  blue: number;
}

/** One point is looked at of so many in each direction. */
const STRIDE = 8;

/** How much a channel may differ: windows draw through colour profiles. */
const TOLERANCE = 3;

const LOOK_EVERY_MS = 4;

/**
 * What is on the display of an Xvfb that shares its framebuffer (`-fbdir`): an X window dump, 32 bits a pixel.
 * Looking at it asks neither the display nor the program that draws.
 */
export class Screen {
  readonly #file: number;
  readonly #start: number;
  readonly #width: number;
  readonly #height: number;
  readonly #line: number;

  private constructor(file: number) {
    this.#file = file;
    const header = Buffer.alloc(100);
    readSync(file, header, 0, header.length, 0);
    // The fields are 32 bits each, big end first (X11/XWDFile.h).
    const field = (n: number) => header.readUInt32BE(n * 4);
    const [size, bits, colours] = [field(0), field(11), field(19)];
    if (bits !== 32) throw new Error(`the display has ${bits} bits a pixel instead of 32`);
    this.#start = size + colours * 12;
    this.#width = field(4);
    this.#height = field(5);
    this.#line = field(12);
  }

  /** The display of the Xvfb that was started with `-fbdir FOLDER`. */
  static open(folder: string): Screen {
    return new Screen(openSync(join(folder, "Xvfb_screen0"), "r"));
  }

  /** Waits until at least `area` pixels have the colour, and returns the time (Unix ms). */
  shows(colour: Colour, area: number): Promise<number> {
    return this.#wait(
      () => this.#areaOf(colour) >= area,
      `showed ${area} pixels of ${JSON.stringify(colour)}`,
    );
  }

  /** Waits until nothing has the colour. */
  clears(colour: Colour): Promise<number> {
    return this.#wait(() => this.#areaOf(colour) === 0, `was clear of ${JSON.stringify(colour)}`);
  }

  close(): void {
    closeSync(this.#file);
  }

  async #wait(holds: () => boolean, what: string): Promise<number> {
    const end = performance.now() + 60_000;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`the display never ${what}`);
      await sleep(LOOK_EVERY_MS);
    }
    return performance.timeOrigin + performance.now();
  }

  #areaOf(colour: Colour): number {
    const line = Buffer.alloc(this.#line);
    const near = (value: number | undefined, wanted: number) => Math.abs((value ?? 0) - wanted) <= TOLERANCE;
    let points = 0;
    for (let y = 0; y < this.#height; y += STRIDE) {
      readSync(this.#file, line, 0, line.length, this.#start + y * this.#line);
      for (let at = 0; at < this.#width * 4; at += STRIDE * 4)
        if (near(line[at], colour.blue) && near(line[at + 1], colour.green) && near(line[at + 2], colour.red))
          points += 1;
    }
    return points * STRIDE * STRIDE;
  }
}
