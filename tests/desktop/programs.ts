import { join } from "node:path";

const repository = join(import.meta.dirname, "..", "..");
const target = process.env.CARGO_TARGET_DIR ?? join(repository, "target");

/** The path of a program that was built before the tests. */
export function program(name: string): string {
  return join(process.env.VESTIBULE_PROGRAMS ?? join(target, "debug"), name);
}

/** The tool that `cargo xtask setup` installed, or the one on the search path. */
export const tauriDriver = process.env.TAURI_DRIVER ?? join(target, "tools", "bin", "tauri-driver");

/** Where what a test leaves for people to look at goes. */
export const screenshots = process.env.VESTIBULE_SCREENSHOTS ?? join(target, "screenshots", "desktop");
