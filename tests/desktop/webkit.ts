import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { type Browser, remote } from "webdriverio";

/** WebKitGTK in its own small browser: the library that the app's window is made of, for pages that the app does not hold. */
export class WebKitWindow {
  private constructor(
    readonly browser: Browser,
    private readonly driver: ChildProcess,
  ) {}

  static async open(port: number): Promise<WebKitWindow> {
    const driver = spawn("/usr/bin/WebKitWebDriver", [`--port=${port}`], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    try {
      return new WebKitWindow(await connect(port), driver);
    } catch (error) {
      driver.kill();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.browser.deleteSession().catch(() => undefined);
    this.driver.kill();
  }
}

function connect(port: number): Promise<Browser> {
  return remote({
    hostname: "127.0.0.1",
    port,
    logLevel: "error",
    connectionRetryTimeout: 60_000,
    capabilities: {
      browserName: "MiniBrowser",
      "wdio:enforceWebDriverClassic": true,
      // WebKitGTK's own capability, which webdriverio's types do not know.
      "webkitgtk:browserOptions": { binary: miniBrowser(), args: ["--automation"] },
    } as WebdriverIO.Capabilities,
  });
}

/** It lies in a folder named after the machine's architecture. */
function miniBrowser(): string {
  const paths = readdirSync("/usr/lib").map((name) => `/usr/lib/${name}/webkit2gtk-4.1/MiniBrowser`);
  const found = paths.find((path) => existsSync(path));
  if (!found) throw new Error("There is no MiniBrowser of WebKitGTK 4.1: install webkit2gtk-driver.");
  return found;
}
