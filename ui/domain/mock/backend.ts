import { EVERYTHING } from "../activity/filter";
import type { Backend, BackendEvents } from "../backend";
import type {
  ActivityFilter,
  AppError,
  ActivityItem,
  ClipTimeline,
  Errand,
  ExportedClip,
  ExportedData,
  InvitePreview,
  LiveTimeline,
  MyDevice,
  Pass,
  PassDraft,
  PassList,
  Preferences,
  PrivacyPolicy,
  Snapshot,
  UnlockState,
  WatchedPage,
} from "../bindings";
import { CLIP_ID, enrolled, OWN_CODE, ownCode } from "./building";
import { madeFrom } from "./guests";
import { type Film, filmOf, firstSeconds, shortened } from "./film";
import { error, type Outcome, type Scenario } from "./scenario";
import { matches } from "./search";
import { keepChoices, ordered, waitingOf, withChoices, withDeliveries } from "./choices";
import { failsDuring, isFailing, isFailure, type Step } from "./outcome";

type Handler = (payload: never) => void;

/** How many days the core tells of at a time. */
const WATCHED_DAYS = 4;

/** A core that follows a scenario. */
export class MockBackend implements Backend {
  /** Every call so far, for tests to look at. */
  readonly calls: { name: string; args: unknown[] }[] = [];

  private readonly handlers = new Map<keyof BackendEvents, Set<Handler>>();
  private snapshotNow: Snapshot | null = null;
  private asked = 0;
  private watches = 0;
  private readonly removed = new Set<string>();
  private passesNow: readonly Pass[] | null = null;
  private startsAtLogin: boolean | null = null;

  private errand: Errand | null;

  constructor(private readonly scenario: Scenario) {
    this.errand = scenario.errand;
  }

  async snapshot(): Promise<Snapshot> {
    this.called("snapshot");
    this.snapshotNow ??= withDeliveries(
      withChoices(await this.outcome(this.scenario.snapshot)),
      this.scenario.activity,
    );
    return this.snapshotNow;
  }

  setPreferences(preferences: Preferences) {
    this.called("setPreferences", preferences);
    // As the real core: some choices have a call of their own.
    const { confirmed, shortcut } = this.preferences;
    this.keep({ ...preferences, confirmed, shortcut });
    return Promise.resolve(null);
  }

  async setConfirmed(doorId: string, confirmed: boolean) {
    this.called("setConfirmed", doorId, confirmed);
    await this.outcome(this.scenario.confirm);
    const others = this.preferences.confirmed.filter((id) => id !== doorId);
    this.keep({ confirmed: confirmed ? [...others, doorId] : others });
    return null;
  }

  async setShortcut(keys: string | null) {
    this.called("setShortcut", keys);
    await this.outcome(this.scenario.shortcut);
    this.keep({ shortcut: keys });
    return null;
  }

  notificationOutlet() {
    return Promise.resolve(this.scenario.outlet);
  }

  async setCollected(itemIds: string[], collected: boolean) {
    this.called("setCollected", itemIds, collected);
    await this.outcome(this.scenario.collect);
    const delivery = collected
      ? ({ state: "collected", atMs: Date.now() } as const)
      : ({ state: "waiting" } as const);
    this.changeItems((item) => (itemIds.includes(item.id) ? { ...item, delivery } : item));
    return null;
  }

  async collectAll() {
    this.called("collectAll");
    await this.outcome(this.scenario.collect);
    const items = waitingOf(this.scenario.activity).map(({ id }) => id);
    await this.setCollected(items, true);
    return items;
  }

  private changeItems(change: (item: ActivityItem) => ActivityItem): void {
    const { activity } = this.scenario;
    if (!Array.isArray(activity)) return;
    const changed = activity.map(change);
    this.scenario.activity = changed;
    for (const item of changed.filter((item, index) => item !== activity[index])) {
      this.emit("activity-changed", item);
    }
    void this.tellDeliveries();
  }

  /** As the real core: what waits now is told after the answer. */
  private async tellDeliveries(): Promise<void> {
    await this.pause();
    const { activity } = this.scenario;
    if (this.snapshotNow) this.setSnapshot(withDeliveries(this.snapshotNow, activity));
  }

  async previewInvite(invite: string): Promise<InvitePreview> {
    this.called("previewInvite", invite);
    const isInvite = invite.startsWith("vestibule://");
    return this.outcome(isInvite ? this.scenario.preview : { fails: error("invite_malformed") });
  }

  takePendingInvite() {
    return Promise.resolve(this.scenario.pendingInvite);
  }

  takePendingErrand() {
    const errand = this.errand;
    this.errand = null;
    return Promise.resolve(errand);
  }

  /** Something comes from outside. */
  bring(errand: Errand): void {
    this.errand = errand;
    this.emit("errand-pending", null);
  }

  async enrol(invite: string, storage: string) {
    this.called("enrol", invite, storage);
    // As the real core: without a keychain only the other choice can work.
    if (storage === "file" && isFailure(this.scenario.enrol, "no_keychain")) await this.pause();
    else await this.outcome(this.scenario.enrol);
    this.setSnapshot(enrolled);
    return null;
  }

  unlock(doorId: string) {
    this.called("unlock", doorId);
    void this.begin(doorId, ["searching", "connecting", "unlocking"]);
    return Promise.resolve(null);
  }

  unlockRemotely(doorId: string) {
    this.called("unlockRemotely", doorId);
    void this.begin(doorId, ["connecting", "unlocking"]);
    return Promise.resolve(null);
  }

  async makeOwnCode() {
    this.called("makeOwnCode");
    await this.outcome(this.scenario.code);
    if (this.snapshotNow) this.setSnapshot({ ...this.snapshotNow, ownCode });
    return null;
  }

  async revealOwnCode() {
    this.called("revealOwnCode");
    await this.pause();
    if (!this.snapshotNow?.ownCode) throw error("code_refused");
    return OWN_CODE;
  }

  async activity(before: number | null, limit: number, filter: ActivityFilter | null = null) {
    this.called("activity", before, limit, filter);
    const all = await this.outcome(this.scenario.activity);
    const older = all.filter(
      (item) => (before === null || item.cursor < before) && matches(item, filter ?? EVERYTHING),
    );
    const items = older.slice(0, limit);
    return { items, next: older.length > limit ? (items.at(-1)?.cursor ?? null) : null };
  }

  async clipTimeline(clipId: string): Promise<ClipTimeline> {
    this.called("clipTimeline", clipId);
    await this.outcome(this.scenario.clip);
    const response = await fetch(`/clip/${filmOf(clipId)}/timeline.json`);
    if (!response.ok) throw error("clip_unavailable");
    const whole = (await response.json()) as Film;
    const items = await this.outcome(this.scenario.activity);
    const item =
      items.find(({ clip }) => clip?.id === clipId) ??
      items.find(({ clip }) => clip?.id === CLIP_ID);
    if (!item) throw error("clip_unavailable");
    const film = item.clip?.state === "recording" ? this.filmedSoFar(whole) : whole;
    const lacking = item.clip?.shortfall ? shortened(film, item.clip.shortfall) : film;
    return { ...lacking, clipId, item, atMs: item.atMs, doorName: item.doorName };
  }

  /** Each time somebody asks, the film has grown by a second. */
  private filmedSoFar(film: Film): Film {
    const { fromS, growsByS } = this.scenario.filming;
    const seconds = fromS + growsByS * this.asked;
    this.asked += 1;
    return firstSeconds(film, seconds);
  }

  async exportClip(clipId: string): Promise<ExportedClip> {
    this.called("exportClip", clipId);
    const total = 8;
    for (let done = 1; done <= total; done += 1) {
      await this.pause();
      this.emit("export-progress", { clipId, done, total });
      if (done === total / 2) await this.outcome(this.scenario.export);
    }
    return { path: "/home/maya/Downloads/Package room 2026-05-12 18.31.07.mp4" };
  }

  async liveOpen(doorId: string): Promise<LiveTimeline> {
    this.called("liveOpen", doorId);
    await this.outcome(this.scenario.live);
    const doorName = this.snapshotNow?.doors.find(({ id }) => id === doorId)?.name ?? "";
    const liveId = `watch-${(this.watches += 1)}`;
    return { liveId, doorId, doorName, ...(await this.liveFilm()) };
  }

  liveClose(liveId: string) {
    this.called("liveClose", liveId);
    return Promise.resolve(null);
  }

  async privacyPolicy(): Promise<PrivacyPolicy> {
    this.called("privacyPolicy");
    return this.outcome(this.scenario.policy);
  }

  async watched(before: string | null): Promise<WatchedPage> {
    this.called("watched", before);
    const days = await this.outcome(this.scenario.watched);
    const older = days.filter(({ date }) => before === null || date < before);
    const shown = older.slice(0, WATCHED_DAYS);
    return { days: shown, next: older.length > shown.length ? (shown.at(-1)?.date ?? null) : null };
  }

  async devices(): Promise<MyDevice[]> {
    this.called("devices");
    const all = await this.outcome(this.scenario.devices);
    return all.filter(({ id }) => !this.removed.has(id));
  }

  async removeDevice(deviceId: string) {
    this.called("removeDevice", deviceId);
    await this.outcome(this.scenario.remove);
    this.removed.add(deviceId);
    return null;
  }

  async exportData(): Promise<ExportedData> {
    this.called("exportData");
    await this.outcome(this.scenario.saveMine);
    return { path: "/home/maya/Downloads/Linden House 2026-05-12 18.42.00.json" };
  }

  async forgetOwnUnlocks() {
    this.called("forgetOwnUnlocks");
    const all = await this.outcome(this.scenario.activity);
    this.scenario.activity = all.filter(({ kind }) => kind.type !== "own_unlock");
    return null;
  }

  async forgetEverywhere() {
    this.called("forgetEverywhere");
    await this.outcome(this.scenario.forgetEverywhere);
    const nameKept = this.snapshotNow?.enrolled?.residentRecords === "named";
    await this.forget();
    return nameKept;
  }

  async passes(): Promise<PassList> {
    this.called("passes");
    const { passes, failure } = await this.outcome(this.scenario.passes);
    this.passesNow ??= passes;
    return { passes: [...this.passesNow], failure };
  }

  async makePass(draft: PassDraft): Promise<Pass> {
    this.called("makePass", draft);
    await this.endorse(draft);
    await this.outcome(this.scenario.passAction);
    const made = madeFrom(draft, this.calls.length, Date.now());
    this.passesNow = [made, ...(this.passesNow ?? [])];
    return made;
  }

  /** As the real core: a delivery into the apartment takes the person's choice, and their proof where the door does. */
  private async endorse({ kind, doorIds }: PassDraft): Promise<void> {
    const [home] = (this.snapshotNow?.doors ?? []).filter(
      (door) => door.kind === "unit" && doorIds.includes(door.id),
    );
    if (kind !== "delivery" || !home) return;
    if (!this.preferences.ownDoorDeliveries) throw error("own_door_shut");
    if (this.preferences.confirmed.includes(home.id)) await this.outcome(this.scenario.confirm);
  }

  async changePass(passId: string, label: string, untilMs: number) {
    this.called("changePass", passId, label, untilMs);
    await this.outcome(this.scenario.passAction);
    this.setPass(passId, { label, untilMs });
    return null;
  }

  async revokePass(passId: string) {
    this.called("revokePass", passId);
    await this.outcome(this.scenario.passAction);
    this.setPass(passId, { state: "revoked", shown: null });
    return null;
  }

  loginStart() {
    this.called("loginStart");
    return Promise.resolve(this.startsAtLogin ?? this.scenario.loginStart);
  }

  async setLoginStart(on: boolean) {
    this.called("setLoginStart", on);
    await this.outcome(this.scenario.setLoginStart);
    this.startsAtLogin = on;
    return on;
  }

  updateState() {
    this.called("updateState");
    return Promise.resolve(this.scenario.update);
  }

  async installUpdate() {
    this.called("installUpdate");
    const { update, install } = this.scenario;
    if (update.kind !== "available") throw error("update_failed");
    const { version } = update;
    for (const percent of [null, 12, 48]) {
      this.emit("update-changed", { kind: "installing", version, percent });
      await this.pause();
    }
    try {
      await this.outcome(install);
    } catch (thrown) {
      this.emit("update-changed", { kind: "failed", version, error: thrown as AppError });
      throw thrown;
    }
    return null;
  }

  openReleaseNotes() {
    this.called("openReleaseNotes");
    return Promise.resolve(null);
  }

  async forget() {
    this.called("forget");
    await this.outcome(this.scenario.forget);
    this.setSnapshot({ ...enrolled, enrolled: null, doors: [] });
    return null;
  }

  fragmentsUrl(clipId: string, first: number, last: number): string {
    return `/clip/${filmOf(clipId)}/${first}-${last}`;
  }

  thumbnailUrl(clipId: string): string {
    return `/clip/${clipId}/thumbnail`;
  }

  livePartUrl(liveId: string, n: number): string {
    return `/live/${this.scenario.liveEnds ?? liveId}/${n}`;
  }

  listen<E extends keyof BackendEvents>(event: E, handler: (payload: BackendEvents[E]) => void) {
    const handlers = this.handlers.get(event) ?? new Set();
    this.handlers.set(event, handlers.add(handler));
    return Promise.resolve(() => void handlers.delete(handler));
  }

  /** Tells the window something, as the core would. */
  emit<E extends keyof BackendEvents>(event: E, payload: BackendEvents[E]): void {
    this.handlers.get(event)?.forEach((handler) => handler(payload as never));
  }

  /** Something happens now: it is kept, and told. */
  happen(item: ActivityItem): void {
    const { activity } = this.scenario;
    if (Array.isArray(activity)) activity.unshift(item);
    this.emit("activity-added", item);
  }

  private async liveFilm(): Promise<Pick<LiveTimeline, "codec" | "width" | "height" | "lens">> {
    const response = await fetch(`/clip/${CLIP_ID}/timeline.json`);
    if (!response.ok) throw error("camera_off");
    const { codec, width, height, lens } = (await response.json()) as LiveTimeline;
    return { codec, width, height, lens };
  }

  /** As the real core: the system confirms first who asks, where the person wants that. */
  private async begin(doorId: string, steps: readonly Step[]): Promise<void> {
    if (this.preferences.confirmed.includes(doorId)) {
      this.emit("unlock-changed", { doorId, unlock: { kind: "confirming" } });
      try {
        await this.outcome(this.scenario.confirm);
      } catch (thrown) {
        const unlock: UnlockState = { kind: "failed", error: thrown as AppError };
        this.emit("unlock-changed", { doorId, unlock });
        return;
      }
    }
    await this.playUnlock(doorId, steps);
  }

  private async playUnlock(doorId: string, steps: readonly Step[]): Promise<void> {
    const { unlock: end, paceMs } = this.scenario;
    const show = (unlock: UnlockState) => this.emit("unlock-changed", { doorId, unlock });
    const whole = end.kind === "failed" ? failsDuring(end.error.code) : end.kind;
    for (const kind of steps) {
      show({ kind });
      if (kind === whole && end.kind !== "failed") return;
      await this.pause();
      if (kind === whole) break;
    }
    if (end.kind === "failed") {
      show(end);
      return;
    }
    const unlockS = 5;
    show({ kind: "unlocked", unlockS, untilMs: Date.now() + unlockS * 1000, seq: 12 });
    if (end.kind === "unlocked") return;
    await this.pause(Math.min(unlockS * 1000, paceMs * 11));
    show({ kind: "relocked" });
    if (end.kind === "relocked") return;
    await this.pause(Math.min(3000, paceMs * 8));
    show({ kind: "idle" });
  }

  private setPass(passId: string, change: Partial<Pass>): void {
    const changed = (pass: Pass) => (pass.id === passId ? { ...pass, ...change } : pass);
    this.passesNow = (this.passesNow ?? []).map(changed);
  }

  private get preferences(): Preferences {
    return this.snapshotNow?.preferences ?? enrolled.preferences;
  }

  private keep(chosen: Partial<Preferences>): void {
    if (!this.snapshotNow) return;
    const preferences = { ...this.preferences, ...chosen };
    keepChoices(preferences);
    const doors = ordered(this.snapshotNow.doors, preferences.pinned);
    this.setSnapshot({ ...this.snapshotNow, preferences, doors });
  }

  private setSnapshot(snapshot: Snapshot): void {
    this.snapshotNow = snapshot;
    this.emit("snapshot-changed", snapshot);
  }

  private async outcome<T>(outcome: Outcome<T>): Promise<T> {
    await this.pause();
    if (outcome === "pending") return new Promise(() => undefined);
    if (isFailing(outcome)) throw outcome.fails;
    return outcome;
  }

  private pause(ms = this.scenario.paceMs): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  private called(name: string, ...args: unknown[]): void {
    this.calls.push({ name, args });
  }
}
