import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const port = process.env.VESTIBULE_WEB_PORT ?? "4173";
const address = `http://127.0.0.1:${port}`;

const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, hasTouch: true };
const laptop = { viewport: { width: 1440, height: 900 } };

export default defineConfig({
  testDir: at("."),
  outputDir: at("../../target/web/results"),
  // The fonts are the app's own and Chromium draws without a graphics card, so these hold wherever the tests run.
  snapshotPathTemplate: `${at("./looks")}/{arg}{ext}`,
  globalSetup: at("./film/setup.ts"),
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  // The machine may be building everything else at the same time.
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json", { outputFile: at("../../target/web/report.json") }]],
  use: {
    baseURL: address,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    {
      name: "phone",
      use: { ...phone, colorScheme: "light" },
      testMatch: ["stories/*.test.ts", "phone/*.test.ts"],
    },
    {
      name: "laptop",
      use: { ...laptop, colorScheme: "dark" },
      testMatch: "stories/*.test.ts",
    },
    { name: "gallery", testMatch: "gallery.test.ts" },
    { name: "once", use: laptop, testMatch: "once/*.test.ts" },
  ],
  webServer: {
    command: `npm run build:mock && npx vite preview --mode mock --host 127.0.0.1 --port ${port} --outDir ../target/web/ui`,
    cwd: at("../../ui"),
    url: address,
    // A server that is already there serves an older build.
    reuseExistingServer: false,
    timeout: 120_000,
  },
});
