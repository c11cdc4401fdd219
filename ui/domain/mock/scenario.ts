import type {
  ActivityItem,
  AppError,
  DenyReason,
  DoorCard,
  Errand,
  ErrorCode,
  InvitePreview,
  Preferences,
  MyDevice,
  NotificationOutlet,
  PassList,
  PrivacyPolicy,
  Snapshot,
  UnlockState,
  UpdateState,
  WatchedDay,
} from "../bindings";
import {
  alertingActivity,
  deliveredActivity,
  door,
  doorsInLockdown,
  doorsWithHours,
  doorsWithOwnHours,
  enrolled,
  guestActivity,
  longActivity,
  manyDoors,
  notEnrolled,
  ownCode,
  someActivity,
  troubledActivity,
} from "./building";
import { alarmingPolicy, alarmingWatches, myDevices, policy, watchedDays } from "./privacy";
import { passCode, passesWithHome, somePasses } from "./guests";

/** What a mocked call does: answers, fails, or never comes back. */
export type Outcome<T> = T | { fails: AppError } | "pending";

export interface Scenario {
  snapshot: Outcome<Snapshot>;
  activity: Outcome<ActivityItem[]>;
  enrol: Outcome<null>;
  preview: Outcome<InvitePreview>;
  clip: Outcome<null>;
  /** What saving a clip comes to when half of it is fetched. */
  export: Outcome<null>;
  live: Outcome<null>;
  /** The error with which a live picture ends after a while; it goes on where there is none. */
  liveEnds: ErrorCode | null;
  policy: Outcome<PrivacyPolicy>;
  /** All days on which somebody watched. */
  watched: Outcome<WatchedDay[]>;
  devices: Outcome<MyDevice[]>;
  remove: Outcome<null>;
  saveMine: Outcome<null>;
  forgetEverywhere: Outcome<null>;
  passes: Outcome<PassList>;
  /** What becomes of making, changing or revoking a pass. */
  passAction: Outcome<null>;
  /** Whether the system starts the app at login. */
  loginStart: boolean;
  /** What telling the system otherwise comes to. */
  setLoginStart: Outcome<null>;
  update: UpdateState;
  /** What an update comes to once it is fetched. */
  install: Outcome<null>;
  forget: Outcome<null>;
  pendingInvite: string | null;
  errand: Errand | null;
  /** What the system says when it is to confirm who asks. */
  confirm: Outcome<null>;
  shortcut: Outcome<null>;
  /** What asking the building for a code comes to. */
  code: Outcome<null>;
  /** Whether anything shows notifications. */
  outlet: NotificationOutlet;
  /** What saying that a delivery was collected comes to. */
  collect: Outcome<null>;
  /** Where an unlock ends. */
  unlock: UnlockEnd;
  /** How much of a clip that is being filmed there is at first, and more each time somebody asks. */
  filming: { fromS: number; growsByS: number };
  /** Between two steps of an unlock, and before any answer. */
  paceMs: number;
}

type Kind = UnlockState["kind"];
export type UnlockEnd = { kind: Exclude<Kind, "failed"> } | { kind: "failed"; error: AppError };

const RETRYABLE = new Set<ErrorCode>([
  "hub_unreachable",
  "no_keychain",
  "bluetooth_off",
  "door_not_found",
  "door_busy",
  "connection_lost",
  "timeout",
  "door_failed",
  "door_offline",
  "not_confirmed",
  "clip_unavailable",
  "export_failed",
  "camera_off",
  "live_busy",
  "login_start_failed",
  "update_failed",
]);

export function error(code: ErrorCode): AppError {
  return { code, retryable: RETRYABLE.has(code) };
}

function denied(reason: DenyReason): AppError {
  return { code: "denied", reason, retryable: reason === "TooManyAttempts" };
}

const update: UpdateState = {
  kind: "available",
  version: "0.4.0",
  notes: "https://vestibule.example/notes",
};

const base = (nowMs: number): Scenario => ({
  snapshot: enrolled,
  activity: someActivity(nowMs),
  enrol: null,
  preview: { hub: "hub.linden.example" },
  clip: null,
  export: null,
  live: null,
  liveEnds: null,
  policy,
  watched: watchedDays(nowMs),
  devices: myDevices,
  remove: null,
  saveMine: null,
  forgetEverywhere: null,
  passes: { passes: somePasses(nowMs), failure: null },
  passAction: null,
  loginStart: false,
  setLoginStart: null,
  update: { kind: "off" },
  install: "pending",
  forget: null,
  pendingInvite: null,
  errand: null,
  confirm: null,
  shortcut: null,
  code: null,
  outlet: "ready",
  collect: null,
  unlock: { kind: "idle" },
  filming: { fromS: 6, growsByS: 1 },
  paceMs: 450,
});

const quiet: Snapshot = {
  ...enrolled,
  preferences: {
    ...enrolled.preferences,
    notifications: {
      ...enrolled.preferences.notifications,
      guests: false,
      silentDoors: ["door-flat"],
      quietHours: { on: true, fromMin: 22 * 60 + 30, toMin: 7 * 60 },
    },
  },
};

const away = enrolled.doors.map((known) => ({ ...known, nearby: false, rssiDbm: null }));

const withHomeKeypad = enrolled.doors.map((known) => ({
  ...known,
  keypad: known.keypad || known.kind === "unit",
}));

const choosing = (doors: DoorCard[], chosen: Partial<Preferences>): Snapshot => ({
  ...enrolled,
  doors,
  preferences: { ...enrolled.preferences, ...chosen },
});

/** Named changes to the usual day in Linden House. */
const SCENARIOS: Record<string, (nowMs: number) => Partial<Scenario>> = {
  "doors-nearby": () => ({}),
  "doors-away": () => ({ snapshot: { ...enrolled, doors: away } }),
  "doors-many": () => ({ snapshot: { ...enrolled, doors: manyDoors } }),
  "doors-one": () => ({ snapshot: { ...enrolled, doors: enrolled.doors.slice(0, 1) } }),
  "doors-none": () => ({ snapshot: { ...enrolled, doors: [] } }),
  "doors-pinned": () => ({
    snapshot: choosing(manyDoors, { pinned: ["door-garage", "door-flat", "door-bikes"] }),
  }),
  "doors-confirmed": () => ({
    snapshot: choosing(enrolled.doors, { confirmed: ["door-main", "door-flat"] }),
  }),
  "doors-own-hours": () => ({ snapshot: { ...enrolled, doors: doorsWithOwnHours } }),
  "link-to-door": () => ({ errand: { kind: "open_door", doorId: "door-main" } }),
  "link-to-door-away": () => ({
    snapshot: { ...enrolled, doors: away },
    errand: { kind: "open_door", doorId: "door-parcels" },
  }),
  "link-to-unknown-door": () => ({ errand: { kind: "open_door", doorId: "door-elsewhere" } }),
  "nothing-near": () => ({
    snapshot: { ...enrolled, doors: away },
    errand: { kind: "nothing_near", error: error("door_not_found") },
  }),
  "nothing-near-bluetooth-off": () => ({
    snapshot: { ...enrolled, doors: away, bluetooth: "off" },
    errand: { kind: "nothing_near", error: error("bluetooth_off") },
  }),
  "shortcut-chosen": () => ({
    snapshot: choosing(enrolled.doors, { shortcut: "Ctrl+Alt+KeyU" }),
  }),
  "code-made": () => ({ snapshot: { ...enrolled, ownCode } }),
  "code-offline": () => ({ snapshot: { ...enrolled, hub: "offline", ownCode } }),
  "code-over": (nowMs) => ({
    snapshot: { ...enrolled, ownCode: { ...ownCode, untilMs: nowMs - 86_400_000 } },
  }),
  "doors-hours": () => ({ snapshot: { ...enrolled, doors: doorsWithHours } }),
  "doors-lockdown": (nowMs) => ({
    snapshot: { ...enrolled, doors: doorsInLockdown },
    activity: alertingActivity(nowMs),
  }),
  "key-expired": () => ({
    snapshot: {
      ...enrolled,
      doors: [door("main", "Main entrance", { nearby: true, credential: "expired" })],
    },
  }),
  connecting: () => ({ snapshot: { ...enrolled, hub: "connecting" } }),
  revoked: () => ({
    snapshot: {
      ...enrolled,
      hub: "revoked",
      doors: [door("main", "Main entrance", { nearby: true, credential: "none" })],
    },
  }),
  "not-trusted": () => ({ snapshot: { ...enrolled, hub: "not_trusted" } }),
  offline: () => ({
    snapshot: { ...enrolled, hub: "offline" },
    policy: { fails: error("hub_unreachable") },
    watched: { fails: error("hub_unreachable") },
    devices: { fails: error("hub_unreachable") },
    remove: { fails: error("hub_unreachable") },
    saveMine: { fails: error("hub_unreachable") },
    forgetEverywhere: { fails: error("hub_unreachable") },
  }),
  "bluetooth-off": () => ({ snapshot: { ...enrolled, doors: away, bluetooth: "off" } }),
  "bluetooth-unsupported": () => ({
    snapshot: { ...enrolled, doors: away, bluetooth: "unsupported" },
  }),
  "bluetooth-denied": () => ({
    snapshot: { ...enrolled, doors: away, bluetooth: "permission_denied" },
  }),
  "named-records": () => ({
    snapshot: {
      ...enrolled,
      enrolled: enrolled.enrolled && { ...enrolled.enrolled, residentRecords: "named" },
    },
  }),
  "key-in-file": () => ({
    snapshot: {
      ...enrolled,
      enrolled: enrolled.enrolled && { ...enrolled.enrolled, keyStorage: "file" },
    },
  }),
  "login-start-asking": () => ({
    snapshot: {
      ...enrolled,
      preferences: { ...enrolled.preferences, loginStartAsked: false },
    },
  }),
  "login-start-on": () => ({ loginStart: true, update: { kind: "up_to_date" } }),
  "update-ready": () => ({ update }),
  "update-failing": () => ({ update, install: { fails: error("update_failed") } }),
  "update-not-trusted": () => ({ update, install: { fails: error("update_not_trusted") } }),
  loading: () => ({ snapshot: "pending" }),
  "start-failed": () => ({ snapshot: { fails: error("internal") } }),

  "not-enrolled": () => ({ snapshot: notEnrolled }),
  "invite-opened": () => ({
    snapshot: notEnrolled,
    pendingInvite: "vestibule://enrol?hub=https://hub.linden.example&key=q83vEjRWeJA&code=7F3K",
  }),
  enrolling: () => ({ snapshot: notEnrolled, enrol: "pending" }),

  "activity-alerts": (nowMs) => ({ activity: alertingActivity(nowMs) }),
  "activity-empty": () => ({ activity: [] }),
  "activity-loading": () => ({ activity: "pending" }),
  "activity-failed": () => ({ activity: { fails: error("internal") } }),
  "activity-long": (nowMs) => ({ activity: longActivity(nowMs, 10_000) }),

  "activity-troubled": (nowMs) => ({ activity: troubledActivity(nowMs) }),

  deliveries: (nowMs) => ({ activity: deliveredActivity(nowMs) }),
  "deliveries-one": (nowMs) => ({ activity: deliveredActivity(nowMs).slice(1) }),
  "deliveries-failing": (nowMs) => ({
    activity: deliveredActivity(nowMs),
    collect: { fails: error("internal") },
  }),
  "notifications-missing": () => ({ outlet: "missing" }),
  "notifications-quiet": () => ({ snapshot: quiet }),
  "privacy-loading": () => ({ policy: "pending", watched: "pending", devices: "pending" }),
  "privacy-failed": () => ({
    policy: { fails: error("internal") },
    watched: { fails: error("internal") },
    devices: { fails: error("internal") },
  }),
  "privacy-quiet": () => ({ watched: [], devices: myDevices.slice(0, 1) }),
  "privacy-strangers": (nowMs) => ({ policy: alarmingPolicy, watched: alarmingWatches(nowMs) }),
  "privacy-saving": () => ({ saveMine: "pending" }),

  "clip-loading": () => ({ clip: "pending" }),
  "clip-saving": () => ({ export: "pending" }),
  "clip-halfway": () => ({ filming: { fromS: 13, growsByS: 0 } }),
  "live-connecting": () => ({ live: "pending" }),

  "guests-empty": () => ({ passes: { passes: [], failure: null } }),
  "guests-loading": () => ({ passes: "pending" }),
  "guests-failed": () => ({ passes: { passes: [], failure: error("hub_unreachable") } }),
  "guests-offline": (nowMs) => ({
    snapshot: { ...enrolled, hub: "offline" },
    passes: { passes: somePasses(nowMs), failure: error("hub_unreachable") },
    passAction: { fails: error("hub_unreachable") },
  }),
  "guests-stubborn": () => ({ passAction: { fails: error("hub_unreachable") } }),
  "guests-no-link": (nowMs) => ({
    passes: {
      passes: somePasses(nowMs).map((pass) => ({
        ...pass,
        shown: pass.shown && { ...passCode(pass.shown.code), link: null },
      })),
      failure: null,
    },
  }),
  "guests-making": () => ({ passAction: "pending" }),
  "own-door-off": () => ({ snapshot: choosing(withHomeKeypad, {}) }),
  "own-door": (nowMs) => ({
    snapshot: choosing(withHomeKeypad, { ownDoorDeliveries: true }),
    passes: { passes: passesWithHome(nowMs), failure: null },
  }),
  "own-door-confirmed": () => ({
    snapshot: choosing(withHomeKeypad, { ownDoorDeliveries: true, confirmed: ["door-flat"] }),
  }),
  "guests-entered": (nowMs) => ({ activity: guestActivity(nowMs) }),
};

/** Reads `?mock=NAME&unlock=STATE|CODE|REASON&enrol=CODE&preview=CODE&clip=CODE&export=CODE&live=CODE&shortcut=CODE&code=CODE&confirm=CODE|pending&login-start=CODE&live-ends=CODE&remove=CODE&save-mine=CODE&pass=CODE&pace=MS`. */
export function scenarioFrom(query: URLSearchParams, nowMs: number): Scenario {
  const change = SCENARIOS[query.get("mock") ?? "doors-nearby"];
  if (!change) throw new Error(`There is no scenario "${query.get("mock")}".`);
  const scenario = { ...base(nowMs), ...change(nowMs) };
  scenario.snapshot = withRemote(scenario.snapshot);
  const failing = (name: string) => {
    const code = query.get(name) as ErrorCode | null;
    return code ? { fails: error(code) } : null;
  };
  const enrol = failing("enrol");
  const preview = failing("preview");
  const clip = failing("clip");
  const exported = failing("export");
  const live = failing("live");
  const shortcut = failing("shortcut");
  const code = failing("code");
  const confirm = query.get("confirm") === "pending" ? ("pending" as const) : failing("confirm");
  const remove = failing("remove");
  const saveMine = failing("save-mine");
  const passAction = failing("pass");
  const loginStart = failing("login-start");
  const unlock = query.get("unlock");
  return {
    ...scenario,
    ...(enrol && { enrol }),
    ...(preview && { preview }),
    ...(clip && { clip }),
    ...(exported && { export: exported }),
    ...(live && { live }),
    ...(shortcut && { shortcut }),
    ...(code && { code }),
    ...(confirm && { confirm }),
    ...(remove && { remove }),
    ...(saveMine && { saveMine }),
    ...(passAction && { passAction }),
    ...(loginStart && { setLoginStart: loginStart }),
    liveEnds: query.get("live-ends") as ErrorCode | null,
    ...(unlock && { unlock: unlockEnd(unlock) }),
    paceMs: Number(query.get("pace") ?? scenario.paceMs),
  };
}

/** As the real core: whatever is not near can be asked through the hub, if that answers. */
function withRemote(snapshot: Outcome<Snapshot>): Outcome<Snapshot> {
  if (typeof snapshot !== "object" || "fails" in snapshot) return snapshot;
  const online = snapshot.hub === "online";
  const doors = snapshot.doors.map((door) => ({ ...door, remote: online && !door.nearby }));
  return { ...snapshot, doors };
}

const STATES: readonly string[] = ["searching", "connecting", "unlocking", "unlocked", "relocked"];

function unlockEnd(text: string): UnlockEnd {
  if (STATES.includes(text)) return { kind: text } as UnlockEnd;
  const isReason = /^[A-Z]/.test(text);
  const failure = isReason ? denied(text as DenyReason) : error(text as ErrorCode);
  return { kind: "failed", error: failure };
}
