import type {
  ActivityItem,
  ActivityKind,
  ClipState,
  Delivery,
  DenyReason,
  DoorAlert,
  DoorCard,
  DoorHours,
  OwnCode,
  NotificationChoices,
  Shortfall,
  Snapshot,
  VisitorClass,
} from "../bindings";

/** As the core has it before anybody chose otherwise. */
const usualNotifications: NotificationChoices = {
  deliveries: true,
  guests: true,
  staff: true,
  openDoors: true,
  lockdowns: true,
  silentDoors: [],
  quietHours: { on: false, fromMin: 22 * 60, toMin: 7 * 60 },
  pictures: true,
};

/** An invented building. */
export const enrolled: Snapshot = {
  enrolled: {
    buildingName: "Linden House",
    residentName: "Ada Winter",
    residentRecords: "unnamed",
    timeZone: "Europe/Berlin",
    keyStorage: "keychain",
  },
  doors: [
    door("main", "Main entrance", { nearby: true, rssiDbm: -52 }),
    door("parcels", "Package room", { nearby: true, rssiDbm: -71 }),
    door("flat", "Apartment 3B", { kind: "unit" }),
  ],
  ownCode: null,
  hub: "online",
  bluetooth: "on",
  deliveries: { count: 0, newest: null },
  preferences: {
    language: null,
    pinned: [],
    haptics: null,
    confirmed: [],
    shortcut: null,
    notifications: usualNotifications,
    ownDoorDeliveries: false,
    loginStartAsked: true,
  },
  version: "0.1.0",
};

/** Long after the mocked building's day. */
const UNTIL_MS = Date.UTC(2099, 7, 9, 16, 42);

export const ownCode: OwnCode = { doorIds: ["door-main", "door-parcels"], untilMs: UNTIL_MS };

export const OWN_CODE = "40718263";

export const notEnrolled: Snapshot = { ...enrolled, enrolled: null, doors: [] };

export function door(id: string, name: string, more: Partial<DoorCard> = {}): DoorCard {
  return {
    id: `door-${id}`,
    name,
    kind: "common",
    nearby: false,
    rssiDbm: null,
    remote: false,
    live: id !== "flat",
    keypad: id === "main" || id === "parcels",
    credential: "valid",
    lockdown: "off",
    hours: [],
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

const couriersOnWorkdays: DoorHours = {
  class: "courier",
  days: 0b001_1111,
  fromMin: 8 * 60,
  toMin: 20 * 60,
};
const couriersOnSaturdays: DoorHours = {
  ...couriersOnWorkdays,
  days: 0b010_0000,
  fromMin: 9 * 60,
  toMin: 13 * 60,
};
const guestsByDay: DoorHours = { ...couriersOnWorkdays, class: "guest", days: 0b111_1111 };

export const doorsWithHours: DoorCard[] = [
  door("main", "Main entrance", {
    nearby: true,
    rssiDbm: -52,
    hours: [couriersOnWorkdays, couriersOnSaturdays],
  }),
  door("parcels", "Package room", {
    nearby: true,
    rssiDbm: -71,
    hours: [couriersOnWorkdays, couriersOnSaturdays, guestsByDay],
  }),
  door("flat", "Apartment 3B", { kind: "unit" }),
];

export const doorsWithOwnHours: DoorCard[] = [
  door("main", "Main entrance", { nearby: true, rssiDbm: -52 }),
  door("roof", "Roof terrace", {
    nearby: true,
    rssiDbm: -71,
    hours: [{ ...couriersOnWorkdays, class: "resident", fromMin: 20 * 60, toMin: 23 * 60 }],
  }),
];

export const doorsInLockdown: DoorCard[] = [
  door("main", "Main entrance", { nearby: true, rssiDbm: -52, lockdown: "everyone" }),
  door("parcels", "Package room", {
    nearby: true,
    rssiDbm: -71,
    lockdown: "visitors",
    hours: [couriersOnWorkdays],
  }),
  door("flat", "Apartment 3B", { kind: "unit" }),
];

const MINUTE_MS = 60_000;

/** What is delivered behind this door is left in the building's package room. */
const PACKAGE_ROOM = "door-parcels";

/** The clips that the test server really serves, the other one of a wide-angle camera; of the rest it only has pictures. */
export const CLIP_ID = "clip-lobby";
const WIDE_CLIP_ID = "clip-wide";

type Happened = [minutesAgo: number, doorId: string, kind: ActivityKind, film?: Film];

type Film = Partial<Pick<ActivityItem, "clip" | "thumbnail" | "unfilmed">>;

/** A clip as the list knows it; by its state, whether there is a picture of it. */
function film(id: string, state: ClipState, shortfall: Shortfall | null = null): Film {
  return { clip: { id, state, shortfall, held: false }, thumbnail: state !== "unavailable" };
}

const PAST: Happened[] = [
  [1, "main", courier("Swiftpost", "D-4471"), film("clip-live", "recording")],
  [34, "main", own()],
  [52, "parcels", courier("Northbound Parcels", "N-118"), film(CLIP_ID, "ready")],
  [54, "flat", denied("courier", "Northbound Parcels", "UnitDoor")],
  [190, "main", guest("Jonas Vale"), film("clip-guest", "ready")],
  [230, "main", courier("Pigeon Express", "P-7"), film(WIDE_CLIP_ID, "ready")],
  [1_270, "main", staff(), film("clip-staff", "ready")],
  [1_300, "parcels", own(true)],
  [1_520, "main", denied(null, null, "WrongBuilding")],
  [3_010, "parcels", courier("Pigeon Express", null), film("clip-old", "unavailable")],
  [3_400, "flat", own()],
];

const NAMES = new Map(manyDoors.map(({ id, name }) => [id, name]));

const ALERTS: Happened[] = [
  [1, "main", alert({ type: "lockdown", lockdown: "everyone" })],
  [2, "parcels", alert({ type: "lockdown", lockdown: "visitors" })],
  [9, "main", alert({ type: "closed" })],
  [10, "main", alert({ type: "held_open", afterS: 30 })],
  [31, "parcels", alert({ type: "forced" })],
  [33, "parcels", denied(null, null, "WrongCode", true)],
  [42, "main", guest("Ines Falk", true), film("clip-keypad", "ready")],
  [61, "main", alert({ type: "not_moved" })],
  [70, "main", alert({ type: "camera_well" })],
  [75, "main", alert({ type: "camera_impaired" })],
  [90, "flat", alert({ type: "clock_known" })],
  [95, "flat", alert({ type: "clock_unknown" })],
  [180, "main", alert({ type: "lockdown", lockdown: "off" })],
];

/** An evening with guests: each came with a pass of this household. */
const GUESTS: Happened[] = [
  [3, "main", byPass("guest", "Ines Falk", "pass-ines"), film("clip-ines", "ready")],
  [25, "parcels", byPass("courier", "The sofa", "pass-sofa"), film("clip-sofa", "ready")],
  [40, "main", deniedByPass("Birthday", "pass-party")],
  [80, "main", byPass("guest", "Jonas Vale", "pass-jonas"), film("clip-jonas", "ready")],
];

const held = { state: "ready", shortfall: null, held: true } as const;

/** A day on which the cameras had their troubles. */
const TROUBLED: Happened[] = [
  [12, "main", courier("Swiftpost", "D-4471"), film(CLIP_ID, "ready", "camera_starting")],
  [
    48,
    "parcels",
    courier("Northbound Parcels", "N-118"),
    film("clip-cut", "ready", "camera_stopped"),
  ],
  [75, "main", guest("Jonas Vale"), film("clip-full", "ready", "storage_full")],
  [140, "main", staff(), film("clip-power", "ready", "interrupted")],
  [180, "parcels", courier("Pigeon Express", null), { unfilmed: true }],
  [240, "main", guest("Ines Falk"), film("clip-no-room", "unavailable", "hub_out_of_room")],
  [300, "main", staff(), { clip: { ...held, id: "clip-held" } }],
];

/** Some days' deliveries: two that wait, others that were collected, and one that is asked after no more. */
export function deliveredActivity(nowMs: number): ActivityItem[] {
  const states: Record<number, Delivery> = {
    0: { state: "waiting" },
    2: { state: "waiting" },
    5: { state: "collected", atMs: nowMs - 30 * MINUTE_MS },
    9: { state: "lapsed" },
  };
  return happened(PAST, nowMs).map((item, index) => ({
    ...item,
    delivery: states[index] ?? null,
    inPackageRoom: index in states && item.doorId === PACKAGE_ROOM,
  }));
}

export function troubledActivity(nowMs: number): ActivityItem[] {
  return happened(TROUBLED, nowMs);
}

export function guestActivity(nowMs: number): ActivityItem[] {
  return happened(GUESTS, nowMs);
}

export function someActivity(nowMs: number): ActivityItem[] {
  return happened(PAST, nowMs);
}

/** A day on which much happened to the doors. */
export function alertingActivity(nowMs: number): ActivityItem[] {
  return happened(ALERTS, nowMs);
}

function happened(all: Happened[], nowMs: number): ActivityItem[] {
  return all.map(([minutes, doorId, kind, film], index) => ({
    ...item(1000 - index, nowMs - minutes * MINUTE_MS, doorId, kind, null),
    ...film,
  }));
}

/** `count` items, one every 17 minutes. */
export function longActivity(nowMs: number, count: number): ActivityItem[] {
  return Array.from({ length: count }, (_, index) => {
    const [, doorId, kind] = PAST[index % PAST.length] ?? [0, "main", staff()];
    const at = item(count - index, nowMs - index * 17 * MINUTE_MS, doorId, kind, null);
    return kind.type === "entry" ? { ...at, ...film(`clip-${count - index}`, "ready") } : at;
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
  return {
    id: `item-${cursor}`,
    cursor,
    atMs,
    doorId: `door-${doorId}`,
    doorName,
    inPackageRoom: false,
    kind,
    clip,
    thumbnail: false,
    unfilmed: false,
    delivery: null,
  };
}

function own(remote = false): ActivityKind {
  return { type: "own_unlock", remote };
}

function courier(carrier: string, driver: string | null): ActivityKind {
  return { ...staff(), class: "courier", carrier, driver };
}

function guest(name: string, byKeypad = false): ActivityKind {
  return { ...staff(), class: "guest", guest: name, byKeypad };
}

function byPass(of: VisitorClass, label: string, pass: string): ActivityKind {
  return { ...staff(), class: of, guest: label, pass, byKeypad: true };
}

function staff(): Extract<ActivityKind, { type: "entry" }> {
  const nobody = { carrier: null, driver: null, guest: null, pass: null };
  return { type: "entry", class: "staff", ...nobody, byKeypad: false };
}

function denied(
  of: VisitorClass | null,
  carrier: string | null,
  reason: DenyReason,
  byKeypad = false,
): ActivityKind {
  return { type: "denied", class: of, carrier, guest: null, pass: null, reason, byKeypad };
}

function deniedByPass(label: string, pass: string): ActivityKind {
  const kind = { type: "denied", class: "guest", carrier: null, reason: "Revoked" } as const;
  return { ...kind, guest: label, pass, byKeypad: true };
}

function alert(what: DoorAlert): ActivityKind {
  return { type: "alert", alert: what };
}
