import { LineProgram } from "./lines.ts";
import { program } from "./programs.ts";

export interface SiteDoor {
  id: string;
  name: string;
  unit: string | null;
}

export interface SiteBuilding {
  id: string;
  name: string;
  resident: string;
  carrier: string;
  doors: SiteDoor[];
}

export interface StrikeMove {
  at_ms: number;
  state: "unlocked" | "locked";
  seq: number | null;
}

export type CourierAnswer =
  { outcome: "unlocked"; unlock_s: number; seq: number } | { outcome: "denied"; reason: string };

export interface AuditRow {
  door: string;
  seq: number;
  /** When, by the door's clock (Unix ms). */
  at_ms: number;
  /** What is told of the event, under its name. */
  event: Record<string, object>;
}

/** What is done to a door's contact, exit button or keypad. */
export type Act =
  { act: "open" } | { act: "close" } | { act: "press_exit" } | { act: "type_code"; code: string };

/** A hub, a building with its doors, and another building: real programs, simulated hardware. */
export class Site {
  readonly home: SiteBuilding;
  readonly #program: LineProgram;

  private constructor(site: LineProgram, home: SiteBuilding) {
    this.#program = site;
    this.home = home;
  }

  /** Starts everything in `folder`; `camera` is what `vestibule-site` takes for the main entrance's. */
  static async start(folder: string, camera?: string): Promise<Site> {
    const site = new LineProgram(program("vestibule-site"), camera ? [folder, camera] : [folder]);
    const description = JSON.parse(await site.next(90_000));
    return new Site(site, description.home);
  }

  invite(): Promise<string> {
    return this.#ask({ do: "invite" });
  }

  courierAt(door: string): Promise<CourierAnswer> {
    return this.#ask({ do: "courier_at", door });
  }

  courierElsewhere(): Promise<CourierAnswer> {
    return this.#ask({ do: "courier_elsewhere" });
  }

  strike(door: string): Promise<StrikeMove[]> {
    return this.#ask({ do: "strike", door });
  }

  /** Does something at a door with the hands. */
  play(door: string, act: Act): Promise<null> {
    return this.#ask({ do: "play", door, ...act });
  }

  /** Runs a command of the hub for the home building, as its manager would. */
  manage<T>(...command: string[]): Promise<T> {
    return this.#ask({ do: "manage", command });
  }

  /** The home building's audit log. */
  audit(): Promise<AuditRow[]> {
    return this.#ask({ do: "audit" });
  }

  stopHub(): Promise<null> {
    return this.#ask({ do: "stop_hub" });
  }

  resumeHub(): Promise<null> {
    return this.#ask({ do: "resume_hub" });
  }

  stopDoor(door: string): Promise<null> {
    return this.#ask({ do: "stop_door", door });
  }

  startDoor(door: string): Promise<null> {
    return this.#ask({ do: "start_door", door });
  }

  door(name: string): SiteDoor {
    const found = this.home.doors.find((door) => door.name === name);
    if (!found) throw new Error(`the building has no door called ${name}`);
    return found;
  }

  /** Waits for the strike of `door` to unlock after its first `seen` moves. */
  async unlockAfter(door: string, seen: number, patienceMs = 20_000): Promise<StrikeMove> {
    const end = Date.now() + patienceMs;
    while (Date.now() < end) {
      const moves = (await this.strike(door)).slice(seen);
      const unlocked = moves.find((move) => move.state === "unlocked");
      if (unlocked) return unlocked;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the strike of ${door} did not unlock`);
  }

  close(): Promise<void> {
    return this.#program.close();
  }

  async #ask<T>(request: object): Promise<T> {
    this.#program.send(JSON.stringify(request));
    const answer = JSON.parse(await this.#program.next(60_000));
    if ("error" in answer) throw new Error(answer.error);
    return answer.ok;
  }
}
