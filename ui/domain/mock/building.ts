import type { ActivityItem, ActivityKind, DoorCard, Snapshot } from "../bindings";

/** An invented building. */
export const enrolled: Snapshot = {
  enrolled: {
    buildingName: "Linden House",
    residentName: "Ada Winter",
    residentRecords: "unnamed",
    keyStorage: "keychain",
  },
  doors: [
    door("main", "Main entrance", { nearby: true, rssiDbm: -52 }),
    door("parcels", "Package room", { nearby: true, rssiDbm: -71 }),
    door("flat", "Apartment 3B", { kind: "unit" }),
  ],
  hub: "online",
  bluetooth: "on",
  version: "0.1.0",
};

export const notEnrolled: Snapshot = { ...enrolled, enrolled: null, doors: [] };

export function door(id: string, name: string, more: Partial<DoorCard> = {}): DoorCard {
  return {
    id: `door-${id}`,
    name,
    kind: "common",
    nearby: false,
    rssiDbm: null,
    credential: "valid",
    unlock: { kind: "idle" },
    ...more,
  };
}

export const manyDoors: DoorCard[] = [
  ...enrolled.doors,
  door("court", "Courtyard gate"),
  door("bikes", "Bicycle cellar"),
  door("garage", "Garage, upper deck towards Mill Lane"),
  door("roof", "Roof terrace", { credential: "expired" }),
  door("laundry", "Laundry", { credential: "none" }),
];

const MINUTE_MS = 60_000;

/** The clip that the test server really serves; others of the list do not exist. */
export const CLIP_ID = "clip-lobby";

const PAST: [
  minutesAgo: number,
  doorId: string,
  kind: ActivityKind,
  clip?: ActivityItem["clip"],
][] = [
  [1, "main", courier("Swiftpost", "D-4471"), { id: "clip-live", state: "recording" }],
  [34, "main", { type: "own_unlock" }],
  [52, "parcels", courier("Northbound Parcels", "N-118"), { id: CLIP_ID, state: "ready" }],
  [
    54,
    "flat",
    { type: "denied", class: "courier", carrier: "Northbound Parcels", reason: "UnitDoor" },
  ],
  [190, "main", guest("Jonas Vale"), { id: "clip-guest", state: "ready" }],
  [1_270, "main", staff(), { id: "clip-staff", state: "ready" }],
  [1_300, "parcels", { type: "own_unlock" }],
  [1_520, "main", { type: "denied", class: null, carrier: null, reason: "WrongBuilding" }],
  [3_010, "parcels", courier("Pigeon Express", null), { id: "clip-old", state: "unavailable" }],
  [3_400, "flat", { type: "own_unlock" }],
];

const NAMES = new Map(manyDoors.map(({ id, name }) => [id, name]));

export function someActivity(nowMs: number): ActivityItem[] {
  return PAST.map(([minutes, doorId, kind, clip], index) =>
    item(1000 - index, nowMs - minutes * MINUTE_MS, doorId, kind, clip ?? null),
  );
}

/** `count` items, one every 17 minutes. */
export function longActivity(nowMs: number, count: number): ActivityItem[] {
  return Array.from({ length: count }, (_, index) => {
    const [, doorId, kind] = PAST[index % PAST.length] ?? [0, "main", staff()];
    return item(count - index, nowMs - index * 17 * MINUTE_MS, doorId, kind, null);
  });
}

export function item(
  cursor: number,
  atMs: number,
  doorId: string,
  kind: ActivityKind,
  clip: ActivityItem["clip"],
): ActivityItem {
  const doorName = NAMES.get(`door-${doorId}`) ?? doorId;
  return { id: `item-${cursor}`, cursor, atMs, doorId: `door-${doorId}`, doorName, kind, clip };
}

function courier(carrier: string, driver: string | null): ActivityKind {
  return { type: "entry", class: "courier", carrier, driver, guest: null };
}

function guest(name: string): ActivityKind {
  return { type: "entry", class: "guest", carrier: null, driver: null, guest: name };
}

function staff(): ActivityKind {
  return { type: "entry", class: "staff", carrier: null, driver: null, guest: null };
}
