import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A value with its D-Bus signature, as busctl writes it. */
interface Variant<T> {
  type: string;
  data: T;
}

type Item = [id: number, properties: { label?: Variant<string> }, children: Variant<Item>[]];

const PATH = "/org/ayatana/NotificationItem/tray_icon_tray_app_vestibule/Menu";

/** The app's menu in the tray, as a desktop reads it over the session bus and acts on it. */
export class TrayMenu {
  readonly #owner: string;

  private constructor(owner: string) {
    this.#owner = owner;
  }

  /** The menu of the process `pid`. */
  static async of(pid: number): Promise<TrayMenu> {
    const [names] = await ask<[string[]]>("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ListNames");
    for (const name of names.filter((name) => name.startsWith(":"))) {
      const menu = new TrayMenu(name);
      if ((await owner(name)) === pid && (await menu.labels().catch(() => null))) return menu;
    }
    throw new Error(`process ${pid} has no menu in the tray`);
  }

  /** What it says, from top to bottom; lines between its parts are empty. */
  async labels(): Promise<string[]> {
    return (await this.#items()).map(({ label }) => label);
  }

  async click(words: RegExp): Promise<void> {
    const items = await this.#items();
    const found = items.find(({ label }) => words.test(label));
    if (!found) throw new Error(`the tray has no ${words}: ${items.map(({ label }) => label).join(", ")}`);
    await this.#call("Event", "isvu", "--", `${found.id}`, "clicked", "i", "0", "0");
  }

  async #items(): Promise<{ id: number; label: string }[]> {
    const [, [, , children]] = await this.#call<[number, Item]>("GetLayout", "iias", "--", "0", "-1", "0");
    return children.map(({ data: [id, { label }] }) => ({ id, label: label?.data ?? "" }));
  }

  #call<T>(method: string, ...words: string[]): Promise<T> {
    return ask(this.#owner, PATH, "com.canonical.dbusmenu", method, ...words);
  }
}

/** The process behind a name; `null` when it has gone meanwhile. */
async function owner(name: string): Promise<number | null> {
  const bus = "org.freedesktop.DBus";
  const asked = ask<[number]>(bus, "/", bus, "GetConnectionUnixProcessID", "s", name);
  return asked.then(([pid]) => pid).catch(() => null);
}

async function ask<T>(...call: string[]): Promise<T> {
  const address = `--address=${process.env.DBUS_SESSION_BUS_ADDRESS}`;
  const asked = promisify(execFile)("busctl", [address, "--json=short", "call", ...call], {
    timeout: 10_000,
  });
  const { stdout } = await asked;
  return stdout.trim() === "" ? ([] as T) : (JSON.parse(stdout) as Variant<T>).data;
}
