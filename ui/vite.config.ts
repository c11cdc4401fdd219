import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { mockClips } from "./domain/mock/clip-files.ts";
import { mockLive } from "./domain/mock/live-files.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the app's own windows enforce, so that tests of the mock build see the same refusals. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

export default defineConfig(({ mode }) => {
  const mock = mode === "mock";
  return {
    plugins: [
      svelte(),
      ...(mock
        ? [mockClips(at("../target/web/clips")), mockLive(at("../target/web/clips/clip-lobby"))]
        : []),
    ],
    resolve: {
      alias: {
        $backend: at(mock ? "./domain/mock/index.ts" : "./domain/tauri.ts"),
        $shared: at("./shared"),
        $domain: at("./domain"),
        $messages: at("./paraglide/messages.js"),
      },
      ...(mode === "test" ? { conditions: ["browser"] } : {}),
    },
    clearScreen: false,
    server: { port: 5173, strictPort: true },
    preview: {
      port: 4173,
      strictPort: true,
      headers: { "content-security-policy": contentSecurityPolicy },
    },
    build: {
      target: ["chrome123", "safari17.5"],
      outDir: mock ? at("../target/web/ui") : "dist",
      emptyOutDir: true,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
    },
    test: {
      include: ["**/*.test.ts"],
      environment: "node",
      setupFiles: at("./testing/setup.ts"),
      // The machine may be building everything else at the same time.
      testTimeout: 20_000,
    },
  };
});
