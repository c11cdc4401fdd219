import type { LiveWatch, MyDevice, PrivacyPolicy, WatchedDay } from "../bindings";

const DAY_S = 86_400;
const DAY_MS = DAY_S * 1000;
const MINUTE_MS = 60_000;

/** What the server of the invented building says of itself. */
export const policy: PrivacyPolicy = {
  clipsS: 3 * DAY_S,
  clipsBytes: 20 * 1024 ** 3,
  heldClips: 1,
  eventsS: 7 * DAY_S,
  endedPassesS: 30 * DAY_S,
  credentialS: 7 * DAY_S,
  doors: [
    {
      doorId: "door-main",
      name: "Main entrance",
      kind: "common",
      camera: true,
      viewers: 41,
      strangers: 0,
    },
    {
      doorId: "door-parcels",
      name: "Package room",
      kind: "common",
      camera: true,
      viewers: 41,
      strangers: 0,
    },
    {
      doorId: "door-flat",
      name: "Apartment 3B",
      kind: "unit",
      camera: false,
      viewers: 3,
      strangers: 0,
    },
  ],
};

export const alarmingPolicy: PrivacyPolicy = {
  ...policy,
  heldClips: 0,
  clipsS: 36 * 3600,
  doors: policy.doors.map((door, index) => (index === 0 ? { ...door, strangers: 1 } : door)),
};

export const myDevices: MyDevice[] = [
  {
    id: "device-laptop",
    name: "Ada’s laptop",
    enrolledAtMs: Date.UTC(2026, 1, 3, 12),
    seenOn: "2026-05-12",
    thisDevice: true,
  },
  {
    id: "device-phone",
    name: "Ada’s phone",
    enrolledAtMs: Date.UTC(2025, 10, 21, 12),
    seenOn: "2026-05-12",
    thisDevice: false,
  },
  {
    id: "device-old",
    name: "",
    enrolledAtMs: Date.UTC(2024, 6, 9, 12),
    seenOn: null,
    thisDevice: false,
  },
];

function watch(fromMs: number, minutes: number | null, more: Partial<LiveWatch> = {}): LiveWatch {
  return {
    doorName: "Main entrance",
    deviceName: "Ada’s laptop",
    thisDevice: true,
    fromMs,
    untilMs: minutes === null ? null : fromMs + minutes * MINUTE_MS,
    ...more,
  };
}

function day(nowMs: number, daysAgo: number, more: Partial<WatchedDay>): WatchedDay {
  const date = new Date(nowMs - daysAgo * DAY_MS).toISOString().slice(0, 10);
  return { date, own: [], strangers: [], others: [], ...more };
}

export function watchedDays(nowMs: number): WatchedDay[] {
  const phone = { deviceName: "Ada’s phone", thisDevice: false };
  const gone = { deviceName: null, thisDevice: false };
  const others = (times: number, doorName = "Main entrance") => ({ doorName, times });
  return [
    day(nowMs, 0, { own: [watch(nowMs - 3 * MINUTE_MS, null), watch(nowMs - 170 * MINUTE_MS, 4)] }),
    day(nowMs, 1, {
      own: [watch(nowMs - DAY_MS, 12, { ...phone, doorName: "Package room" })],
      others: [others(5), others(1, "Package room")],
    }),
    day(nowMs, 2, { others: [others(2)] }),
    day(nowMs, 4, { own: [watch(nowMs - 4 * DAY_MS, 1, gone)] }),
    day(nowMs, 9, { others: [others(7, "Package room")] }),
    day(nowMs, 12, { own: [watch(nowMs - 12 * DAY_MS, 2, phone)] }),
  ];
}

export function alarmingWatches(nowMs: number): WatchedDay[] {
  const nobodys = { deviceName: null, thisDevice: false };
  return [day(nowMs, 0, { strangers: [watch(nowMs - 70 * MINUTE_MS, 9, nobodys)] })];
}
